import { chmodSync, mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assay, assayProcess, runFolders } from "../assay.ts";
import { makeBench } from "../bench.ts";
import { KEYS, SITUATIONS, type Situation, STORES, store, WARM } from "./check-situations.ts";

const SMALL = "count: 2, size: 64KiB";

/** Runs both commands, and compares code and sentence; null where it cannot be tried here. */
async function agree(situation: Situation): Promise<boolean> {
  const bench = makeBench();
  const { phase = `${WARM}, blockSize: 4KiB`, dataset = SMALL, around = {} } = situation;
  const target = await situation.target(bench.cwd);
  if (target === null) return false;
  const workers = "workers: 1, warmup: 0s, name: io, dataset: d";
  const text = `name: s\ndatasets: { d: { ${dataset} } }\nphases:\n  - { ${workers}, ${phase} }\n`;
  const args = [bench.scenario("s", text), "-t", target, "--offline", ...(situation.more ?? [])];
  mkdirSync(bench.results);
  for (const path of [bench.cwd, bench.results]) chmodSync(path, 0o777);
  const there = { cwd: bench.cwd, ...around };
  const call = situation.around === undefined ? assay : assayProcess;
  const checked = await call(["check", ...args], there);
  const ran = await call(["run", ...args, "-q", "--results", bench.results], there);
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
  it.for(Object.entries(SITUATIONS))("%s", async ([, situation], { skip }) => {
    if (!(await agree(situation))) skip();
  });

  it.for(Object.entries(STORES))("a store with %s", async ([, [denies, says]]) => {
    const endpoint = await store(denies);
    const more = ["--endpoint", endpoint, "--region", "us-east-1", "--path-style"];
    const target = () => "s3://assay/x/";
    await agree({ target, more, around: { env: KEYS }, code: 3, says });
  });
});
