// @module-tag system
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assay, assayProcess, type Ended, intervalRows, onlyRun, runFolders } from "./assay.ts";
import { type Bench, makeBench, readsFor } from "./bench.ts";

/** Loaded first in every thread; does its harm in one worker of two, in its second phase. */
const fault = (harm: string) => `
import { isMainThread, threadId } from "node:worker_threads";
const now = performance.now.bind(performance);
const add = Atomics.add;
let phases = 0;
let calls = 0;
// The start line is passed once a phase; the clock is read once an operation.
if (!isMainThread && threadId % 2 === 1) {
  Atomics.add = (cells, index, value) => {
    if (index === 0 && cells.length === 6 && ++phases === 2) before();
    return add(cells, index, value);
  };
  performance.now = () => {
    if (phases === 2 && ++calls > 2000) during();
    return now();
  };
}
${harm}
`;

const THROWS = 'throw new Error("a planted fault")';
const DIES = "process.exit(7)";

async function runWith(harm: string, bench: Bench): Promise<Ended> {
  const hook = join(bench.cwd, "fault.mjs");
  writeFileSync(hook, fault(harm));
  const path = bench.scenario("reads", readsFor(["100ms", "60s"]));
  const around = { cwd: bench.cwd, env: { NODE_OPTIONS: `--import ${hook}` } };
  return assayProcess(["run", path, "-t", bench.target, "--print", "path"], around);
}

describe("a worker that fails", () => {
  it.each([
    ["throws before the start", `function before() { ${THROWS} } function during() {}`],
    ["throws while it measures", `function before() {} function during() { ${THROWS} }`],
    ["dies before the start", `function before() { ${DIES} } function during() {}`],
    ["dies while it measures", `function before() {} function during() { ${DIES} }`],
  ])("and %s ends the run with its name and reason", async (_, harm) => {
    const bench = makeBench();
    const { code, stdout, stderr } = await runWith(harm, bench);
    expect(code).toBe(70);
    const reason = harm.includes(DIES) ? /its thread ended: .*7/ : /Error: a planted fault/;
    expect(stderr).toContain("internal error of assay; please report it");
    expect(stderr).toMatch(/worker [01]: /);
    expect(stderr).toMatch(reason);
    expect(runFolders(bench.target)).toEqual([]);

    const run = onlyRun(bench.results);
    expect(stdout).toBe(`${join("results", run.id)}\n`);
    expect(run.state).toBe("failed");
    expect(run.phases.map(({ state }) => state)).toEqual(["complete", "failed"]);
    expect(run.reason).toMatch(/^read-2: worker [01]: /);
    expect(run.reason).toMatch(reason);
    expect(run.reason).not.toContain("\n");
    expect(intervalRows(bench.results).some((row) => row.startsWith("read-1"))).toBe(true);
    const report = await assay(["report", run.id], bench);
    expect(report.code).toBe(0);
    expect(report.stdout).toMatch(/failed/);
  });
});
