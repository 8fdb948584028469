import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assay, onlyRun } from "./assay.ts";
import { makeBench } from "./bench.ts";

const SCENARIO = `name: parts
datasets: { data: { count: 4, size: 8KiB } }
defaults: { dataset: data, duration: 50ms, warmup: 0s, workers: 1 }
phases:
  - { name: stat, operation: stat, thresholds: [errors == 0] }
  - { name: put, operation: upload, thresholds: [p99 < 1s] }
`;
const REASON = "upload: paths do not support multipart uploads; use create or write";

test("a phase that the target cannot do is skipped with its reason, not its scenario", async () => {
  const bench = makeBench();
  const file = bench.scenario("parts", SCENARIO);
  const junit = join(bench.cwd, "out.xml");
  const args = ["run", file, "-t", bench.target, "-q", "--junit", junit];
  const ended = await assay(args, bench);
  expect(ended.code).toBe(0);
  expect(ended.stderr).toBe(
    `skipped phase: parts on target: put: ${REASON}; 1 threshold is not evaluated\n`,
  );
  expect(ended.stdout).toMatch(/^Skipped +put: upload: paths do not support/m);
  const run = onlyRun(bench.results);
  expect(run.state).toBe("complete");
  expect(run.skippedPhases).toEqual([{ phase: "put", reason: REASON, thresholds: 1 }]);
  expect(run.plan.phases.map(({ name }) => name)).toEqual(["stat"]);
  const report = readFileSync(join(bench.results, run.id, "report.md"), "utf8");
  expect(report).toContain("skipped 1 phase that the target does not support");
  expect(report).toMatch(/^- `put`: upload: paths do not support/im);
  expect(readFileSync(junit, "utf8")).toMatch(/name="put".*<skipped message="upload: paths/);
});

test("check names the phases that a run skips", async () => {
  const bench = makeBench();
  const file = bench.scenario("parts", SCENARIO);
  const checked = await assay(["check", file, "-t", bench.target, "--print", "json"], bench);
  expect(checked.code).toBe(0);
  expect(checked.stderr).toBe(`skipped phase: parts on target: put: ${REASON}\n`);
  const [scenario] = JSON.parse(checked.stdout).scenarios;
  expect(scenario.targets[0].skippedPhases).toMatchObject([{ phase: "put" }]);
});

test("a run with a skipped phase can be the baseline of the same scenario", async () => {
  const bench = makeBench();
  const text = SCENARIO.replace("name: parts", "name: parts\nrepetitions: 6");
  const file = bench.scenario("parts", text);
  const run = ["run", file, "-t", bench.target, "-q", "--print", "nothing"];
  await assay(run, bench);
  const { id } = onlyRun(bench.results);
  const again = await assay([...run, "--baseline", id], bench);
  expect(again.stderr).not.toContain("differs");
  expect([0, 99]).toContain(again.code);
});
