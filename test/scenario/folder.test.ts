import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ENGINES } from "../../src/engine/index.ts";
import { ScenarioError, UsageError } from "../../src/model/fault/errors.ts";
import { NO_LIMITS } from "../../src/model/target/host-limits.ts";
import { planScenario } from "../../src/scenario/index.ts";
import { planHash } from "../../src/scenario/plan/hash.ts";
import { skipReason } from "../../src/scenario/preflight/supported.ts";
import { listScenarios, resolveScenario, resolveScenarios } from "../../src/scenario/shipped.ts";
import { parseTarget } from "../../src/scenario/targets/targets.ts";
import { scratch } from "../storage/support.ts";

const HOST = { engines: ENGINES, limits: NO_LIMITS };

const TEXT = [
  "name: reads",
  "datasets: { data: { count: 1, size: 64KiB } }",
  "phases:",
  "  - { name: read, operation: read, access: random, blockSize: 4KiB, duration: 1s }",
  "",
].join("\n");

function planOf(text: string) {
  return planScenario("reads.yaml", text, { env: {}, set: [] });
}

function messageOf(text: string): string {
  try {
    planOf(text);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return "";
}

describe("a directory of scenarios", () => {
  it("stands for those in it, in the order of their names", async () => {
    const folder = scratch();
    for (const name of ["b.yaml", "a.yml"]) writeFileSync(join(folder, name), TEXT);
    // Invalid YAML stays in the list, so that its errors are reported.
    writeFileSync(join(folder, "c.yaml"), "name: [");
    writeFileSync(join(folder, "d.yaml"), "");
    writeFileSync(join(folder, "targets.yaml"), "targets: { a: { kind: directory, path: . } }");
    writeFileSync(join(folder, "notes.md"), "# notes");
    mkdirSync(join(folder, "deeper.yaml"));
    const { files, isFolder } = await resolveScenarios(folder);
    expect(isFolder).toBe(true);
    expect(files.map((file) => basename(file))).toEqual(["a.yml", "b.yaml", "c.yaml", "d.yaml"]);
  });

  it("is rejected without scenarios", async () => {
    const folder = scratch();
    await expect(resolveScenarios(folder)).rejects.toThrow(UsageError);
    await expect(resolveScenarios(folder)).rejects.toThrow(
      `no scenarios in the directory ${folder}`,
    );
  });

  it("is the guide's by its name, wherever one is", async () => {
    const { files, isFolder } = await resolveScenarios("guide");
    const shipped = (await listScenarios()).filter(({ ofGuide }) => ofGuide);
    expect(isFolder).toBe(true);
    expect(files).toEqual(shipped.map(({ path }) => path));
  });

  it("is none where a scenario is named", async () => {
    const found = await resolveScenarios("ingest");
    expect(found).toEqual({ files: [await resolveScenario("ingest")], isFolder: false });
    await expect(resolveScenarios("no-such-thing")).rejects.toThrow(ScenarioError);
  });

  it("knows a scenario by the name it had before", async () => {
    expect(await resolveScenario("accelerated-upload")).toBe(
      await resolveScenario("accelerated-transfer"),
    );
  });
});

describe("the kinds of target a scenario is meant for", () => {
  const directory = parseTarget("/data", {}, {});
  const gp2 = parseTarget("/data", { kind: "ebs-gp2", name: "gp2" }, {});
  const meant = planOf(`targets: [ebs-gp2]\n${TEXT}`);

  it("leave it out of a run on others, with a sentence", () => {
    expect(skipReason(meant, gp2, HOST)).toBeNull();
    expect(skipReason(meant, directory, HOST)).toBe(
      "the scenario is for `ebs-gp2`, but the target is `directory`",
    );
    expect(skipReason(planOf(TEXT), directory, HOST)).toBeNull();
  });

  it("are not all that leaves one out: so does what a target cannot do", () => {
    const upload = TEXT.replace(/ {2}- .*/, (phase) =>
      [phase, "  - { name: up, operation: upload }", "  - { name: tags, operation: getTags }"].join(
        "\n",
      ),
    );
    expect(skipReason(planOf(upload), directory, HOST)).toBe(
      "up: upload: paths do not support multipart uploads; use create or write " +
        "(and 1 more of its phases)",
    );
  });

  it("change no hash, for the work is the same", () => {
    expect(planHash(meant)).toBe(planHash(planOf(TEXT)));
    expect(meant.targets).toEqual(["ebs-gp2"]);
    expect(planOf(TEXT)).not.toHaveProperty("targets");
  });

  it("are known ones, and at least one", () => {
    expect(messageOf(`targets: [ebs-gp9]\n${TEXT}`)).toMatch(
      /^reads\.yaml:1:11: entry 1 of `targets`: expected .*, got `ebs-gp9`; did you mean `ebs-gp2`/,
    );
    expect(messageOf(`targets: []\n${TEXT}`)).toMatch(/^reads\.yaml:1:1/);
  });
});
