// @module-tag system
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { probeEngines } from "../../src/engine/index.ts";
import { onlyRun, runFolders, startAssay } from "./assay.ts";
import { makeBench } from "./bench.ts";

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped: ${refusal}\n`);

const HOOK = ["--import", new URL("./no-io-uring.ts?EPERM", import.meta.url).href];

/** Four workers with 64 operations in flight each. */
const DEEP = `
name: deep
datasets: { files: { count: 600, size: 4KiB } }
phases:
  - { name: fetch, operation: fetch, cache: warm, workers: 4, queueDepth: 64, duration: 1s,
      warmup: 0s }
`;

/** A number of a process's status; 0 if it has ended. */
function statusOf(pid: number, field: "Threads" | "VmHWM"): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Runs the scenario without io_uring; returns its phase and the process's maxima. */
async function run(env: Record<string, string | undefined>) {
  const bench = makeBench("memory");
  const args = [
    "run",
    bench.scenario("deep", DEEP),
    "-q",
    "-t",
    bench.target,
    "--print",
    "nothing",
  ];
  const going = startAssay(args, { cwd: bench.cwd, node: HOOK, env });
  const pid = going.child.pid ?? 0;
  let [threads, peakKib] = [0, 0];
  const timer = setInterval(() => {
    threads = Math.max(threads, statusOf(pid, "Threads"));
    peakKib = Math.max(peakKib, statusOf(pid, "VmHWM"));
  }, 20);
  const ended = await going.ended;
  clearInterval(timer);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(runFolders(bench.target)).toEqual([]);
  const [result] = onlyRun(bench.results).phases;
  if (result === undefined) throw new Error("the run has no phase");
  return { result, threads, peakKib };
}

test.skipIf(refusal !== undefined)(
  "without io_uring, 256 fetches are in flight on the threads of one pool",
  async () => {
    const { result, threads, peakKib } = await run({ UV_THREADPOOL_SIZE: undefined });
    const [all] = result.summaries;
    expect(result).toMatchObject({ engine: "threadpool", state: "complete", errors: [] });
    expect(all?.operations).toBeGreaterThan(256);
    const fallback = result.warnings.find(({ code }) => code === "engine-fallback");
    expect(fallback?.message).toMatch(
      /^threadpool with 256 operations .* on 256 threads of libuv's pool instead of uring: .*EPERM/,
    );
    expect(result.harness?.workers).toHaveLength(4);
    // Their CPU time is that of the load generator.
    const { count = 0, cpuNs = 0 } = result.harness?.kernelThreads ?? {};
    expect(count).toBe(256);
    expect(cpuNs).toBeGreaterThan(0);
    expect(cpuNs).toBeLessThan(
      (result.cpu?.processUserNs ?? 0) + (result.cpu?.processSystemNs ?? 0),
    );
    // 256 workers of `sync` take 5.8 GB.
    expect(threads).toBeGreaterThan(256);
    expect(threads).toBeLessThan(256 + 50);
    expect(peakKib).toBeLessThan(1024 * 1024);
  },
);

test.skipIf(refusal !== undefined)("a pool smaller than the depth is reported", async () => {
  const { result, threads } = await run({ UV_THREADPOOL_SIZE: "40" });
  expect(threads).toBeLessThan(40 + 50);
  const warnings = new Map(result.warnings.map(({ code, message }) => [code, message]));
  expect(warnings.get("engine-fallback")).toContain(
    "; at most 40 of them reach the storage: set UV_THREADPOOL_SIZE=256",
  );
  expect(warnings.get("depth-not-reached")).toMatch(
    /^Of 256 planned .*, \d+(\.\d)? were with .* 216 waited for one of the 40 threads/,
  );
  expect(result.harness?.inFlight).toMatchObject({ planned: 256, poolThreads: 40 });
  expect(result.harness?.inFlight?.reached).toBeLessThanOrEqual(40);
});
