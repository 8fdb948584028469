import { chmodSync, mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assay, assayProcess, runFolders } from "../assay.ts";
import { makeBench } from "../bench.ts";
import { SITUATIONS, type Situation, WARM } from "./check-situations.ts";
import { KEYS, STORES, store } from "./check-stores.ts";

const SMALL = "count: 2, size: 64KiB";

/** Runs both commands, and compares code and sentence; null where it cannot be tried here. */
async function agree(situation: Situation): Promise<boolean> {
  const bench = makeBench();
  const { phase = `${WARM}, blockSize: 4KiB`, dataset = SMALL } = situation;
  const target = await situation.target(bench.cwd);
  if (target === null) return false;
  const workers = "workers: 1, warmup: 0s, name: io, dataset: d";
  const text = `name: s\ndatasets: { d: { ${dataset} } }\nphases:\n  - { ${workers}, ${phase} }\n`;
  const args = [bench.scenario("s", text), "-t", target, "--offline", ...(situation.more ?? [])];
  mkdirSync(bench.results);
  for (const path of [bench.cwd, bench.results]) chmodSync(path, 0o777);
  const { env = {}, process } = situation;
  const call = (words: readonly string[]) =>
    process === undefined
      ? assay(words, { cwd: bench.cwd, env })
      : assayProcess(words, { cwd: bench.cwd, ...process });
  const checked = await call(["check", ...args]);
  const ran = await call(["run", ...args, "-q", "--results", bench.results]);
  const said = situation.says === null ? "" : (situation.says.exec(ran.stderr)?.[0] ?? ran.stderr);
  expect({ check: checked.code, run: ran.code, said: checked.stdout + checked.stderr }).toEqual({
    check: situation.code,
    run: situation.code,
    said: expect.stringContaining(said),
  });
  if (situation.says !== null) expect(ran.stderr).toMatch(situation.says);
  if (target.startsWith(bench.cwd) && target.endsWith("closed")) {
    expect(runFolders(target)).toEqual([]);
  }
  return true;
}

describe("check and run agree in exit code and sentence", () => {
  for (const [name, situation] of Object.entries(SITUATIONS)) {
    const tags = situation.isSystem === true ? ["system"] : [];
    it(name, { tags }, async ({ skip }) => {
      if (!(await agree(situation))) skip();
    });
  }

  it.for(Object.entries(STORES))("a store with %s", async ([, [denies, says]]) => {
    const endpoint = await store(denies);
    const more = ["--endpoint", endpoint, "--region", "us-east-1", "--path-style"];
    const target = () => "s3://assay/x/";
    await agree({ target, more, env: KEYS, code: 3, says });
  });
});
