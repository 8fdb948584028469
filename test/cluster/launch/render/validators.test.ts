// @module-tag system
import { describe, expect, it } from "vitest";
import { type AwsCall, findValidators } from "../../../../scripts/manifests.ts";
import { BATCHES, TASKS, YAML } from "./jobs.ts";

const validators = await findValidators();
if ("unavailable" in validators) process.stderr.write(`skipped: ${validators.unavailable}\n`);

/** Calls by the name of the golden file. */
const CALLS: Readonly<Record<string, readonly AwsCall[]>> = Object.fromEntries([
  ...Object.entries(BATCHES).map(([name, { registerJobDefinition, submitJob }]) => {
    const register = ["batch", "RegisterJobDefinition", registerJobDefinition];
    return [name, [register, ["batch", "SubmitJob", submitJob]]];
  }),
  ...Object.entries(TASKS).map(([name, { registerTaskDefinition, runTask }]) => {
    const register = ["ecs", "RegisterTaskDefinition", registerTaskDefinition];
    return [name, [register, ...runTask.map((call) => ["ecs", "RunTask", call])]];
  }),
]);

describe.skipIf("unavailable" in validators)("the vendors' own schemas", () => {
  const { kubernetes, aws } = validators as Exclude<
    typeof validators,
    { readonly unavailable: string }
  >;

  it.each(Object.entries(YAML))("accept %s", (_, text) => {
    expect(kubernetes(text)).toBe("");
  });

  it.each(["stringData", "podReplacementPolicy", "runAsNonRoot", "minDomains", "defaultMode"])(
    "refuse a misspelled %s",
    (key) => {
      const text = YAML["kubernetes-path.yaml"]?.replace(`${key}:`, `${key}s:`) ?? "";
      expect(text).toContain(`${key}s:`);
      expect(kubernetes(text)).toContain(`'${key}s' was unexpected`);
    },
  );

  it.each(Object.entries(CALLS))("accept %s", (_, calls) => {
    expect(aws(calls)).toBe("");
  });

  it.each(["mainNode", "attemptDurationSeconds", "valueFrom", "jobQueue"])(
    "refuse a misspelled %s for Batch",
    (key) => {
      const calls = misspelled(CALLS["batch-efs.json.txt"], key);
      expect(aws(calls)).toContain(`"${key}s"`);
    },
  );

  it.each(["networkMode", "logDriver", "awsvpcConfiguration", "launchType"])(
    "refuse a misspelled %s for ECS",
    (key) => {
      const calls = misspelled(CALLS["ecs-path.json.txt"], key);
      expect(aws(calls)).toContain(`"${key}s"`);
    },
  );
});

/** Returns calls with an `s` at the end of a key. */
function misspelled(calls: readonly AwsCall[] = [], key: string): readonly AwsCall[] {
  return JSON.parse(JSON.stringify(calls).replaceAll(`"${key}":`, `"${key}s":`));
}
