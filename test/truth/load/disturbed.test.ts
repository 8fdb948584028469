// @module-tag system
import { spawn } from "node:child_process";
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { stoppedNs } from "../../../src/metrics/generator/pauses.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import { type Going, onlyRun, startAssay, until } from "../../cli/assay.ts";
import { makeBench } from "../../cli/bench.ts";

const SECONDS = 4;

interface Disturbed {
  readonly result: PhaseResult;
  readonly report: string;
}

/** Runs a phase of four seconds that is disturbed from half a second after its start. */
async function disturbed(
  target: string,
  phase: string,
  disturb: (going: Going) => Promise<void>,
  before: (going: Going) => void = () => {},
): Promise<Disturbed> {
  const bench = makeBench();
  const path = bench.scenario(
    "disturbed",
    [
      "name: disturbed",
      "datasets: { data: { count: 2, size: 8MiB } }",
      "phases:",
      `  - { name: p, operation: read, access: random, blockSize: 4KiB, ${phase},`,
      `      duration: ${SECONDS}s }`,
      "",
    ].join("\n"),
  );
  const place = target === "" ? bench.target : target;
  const going = startAssay(["run", path, "-t", place], bench);
  before(going);
  await until("the phase", () => going.stderr().includes("p: load started"), going);
  await sleep(500);
  await disturb(going);
  const { code, stdout, stderr } = await going.ended;
  expect({ code, stderr: stderr.match(/internal error/) }).toEqual({ code: 0, stderr: null });
  const [result] = onlyRun(bench.results).phases;
  if (result === undefined) throw new Error("a phase was to be run");
  return { result, report: stdout };
}

const FREEZER = makeGroup("freezer");
const CPU = makeGroup("cpu");

/** Makes a control group of version 1; null if that is impossible. */
function makeGroup(controller: "cpu" | "freezer"): string | null {
  const group = `/sys/fs/cgroup/${controller}/assay-test-${process.pid}`;
  try {
    mkdirSync(group, { recursive: true });
    writeFileSync(`${group}/cgroup.procs`, "");
  } catch {
    return null;
  }
  afterAll(() => rmdirSync(group));
  return group;
}

const codesOf = ({ warnings }: PhaseResult): readonly string[] => warnings.map(({ code }) => code);

/** Stops and continues again and again; returns how long it was stopped in all, nanoseconds. */
async function inTurns(
  stoppedMs: number,
  goingMs: number,
  stop: () => void,
  goOn: () => void,
): Promise<number> {
  let totalMs = 0;
  for (const untilMs = performance.now() + 2800; performance.now() < untilMs; ) {
    const fromMs = performance.now();
    stop();
    await sleep(stoppedMs);
    goOn();
    totalMs += performance.now() - fromMs;
    await sleep(goingMs);
  }
  return totalMs * 1e6;
}

/** Within 30 %: some 30 to 70 looks fall into it, and the clock that stops it is late itself. */
function expectStopped({ result, report }: Disturbed, stopped: number): void {
  const pauses = result.harness?.pauses ?? expect.fail("pauses were not watched");
  expect(Math.abs(stoppedNs(pauses) / stopped - 1), JSON.stringify(pauses)).toBeLessThan(0.3);
  expect(codesOf(result)).toContain("own-pause");
  expect(report).toContain("Rates and tail latencies are unreliable.");
  expect(report).not.toContain("No evidence shows");
}

// On a busy host the process also pauses without being stopped.
describe("a load generator that is stopped for less than 50 ms at a time", { retry: 2 }, () => {
  test.each([
    [40, 160],
    [20, 80],
    [10, 40],
  ])("by SIGSTOP, %d ms and then not for %d ms", async (stoppedMs, goingMs) => {
    let stopped = 0;
    const found = await disturbed("synthetic:latency=1ms", "workers: 1", async (going) => {
      const stop = () => going.send("SIGSTOP");
      stopped = await inTurns(stoppedMs, goingMs, stop, () => going.send("SIGCONT"));
    });
    expectStopped(found, stopped);
  });

  test.skipIf(FREEZER === null)("by the freezer of its control group", async () => {
    let stopped = 0;
    const found = await disturbed(
      "synthetic:latency=1ms",
      "workers: 1",
      async () => {
        const write = (state: string) => () => writeFileSync(`${FREEZER}/freezer.state`, state);
        stopped = await inTurns(40, 160, write("FROZEN"), write("THAWED"));
      },
      (going) => writeFileSync(`${FREEZER}/cgroup.procs`, String(going.child.pid)),
    );
    expectStopped(found, stopped);
  });
});

test.skipIf(CPU === null)("a CPU quota that stops the load generator is named", async () => {
  const group = makeGroup("cpu");
  if (group === null) throw new Error("there is a CPU controller");
  writeFileSync(`${CPU}/cpu.cfs_period_us`, "40000");
  writeFileSync(`${CPU}/cpu.cfs_quota_us`, "8000");
  const { result, report } = await disturbed(
    "synthetic:latency=100us",
    "workers: 2",
    async () => {},
    (going) => writeFileSync(`${CPU}/cgroup.procs`, String(going.child.pid)),
  );
  const throttling = result.harness?.throttling ?? expect.fail("the quota was not watched");
  expect(throttling.throttledPeriods).toBeGreaterThan(5);
  expect(codesOf(result)).toContain("cpu-throttled");
  expect(report).toContain("The CPU quota of the control group stopped the load generator in");
});

test("workers with four busy loops are starved, whatever each turn waits", async () => {
  for (let index = 0; index < 4; index++) {
    const loop = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
    onTestFinished(() => void loop.kill("SIGKILL"));
  }
  const { result, report } = await disturbed("", "workers: 2, cache: direct", async () => {});
  const codes = codesOf(result);
  expect(codes.includes("starved") || codes.includes("client-bound"), codes.join()).toBe(true);
  expect(codes).toContain("starved");
  expect(report).not.toContain("No evidence shows");
});
