/**
 * Measures this host as a load generator: the client limit of each engine (`client-limits.ts`, with
 * the cases of `client-limit-cases.ts`), the clock, the kernel's timer and the pacing error. S3
 * engines use a loopback server in a thread of this process (`loopback.ts`), so no target is
 * accessed. `client-limit-store.ts` keeps the limits in the user's cache directory. Read `selftest`
 * below first.
 */
import { availableParallelism, cpus } from "node:os";
import { cpuShares, readCpuTicks, readGovernor } from "../../environment/machine/cpu.ts";
import { MAX_BACKLOG } from "../../model/plan/rate.ts";
import type { Environment } from "../../model/run/environment.ts";
import type { ClientLimits } from "../../model/run/harness.ts";
import { coresOf } from "../monitor/monitor.ts";
import { PauseMonitor } from "../monitor/pause-monitor.ts";
import { runPhase } from "../phase/phase.ts";
import { WorkerPool } from "../phase/pool.ts";
import { clientLimitSetup } from "./client-limit-cases.ts";
import { type ClientLimitOptions, measureClientLimits } from "./client-limits.ts";

const ROUNDS = 5;
const READINGS = 200_000;
const WAITS = 200;
const WAIT_MS = 1;

/** More than most volumes sustain: one operation every 10 µs. */
const PER_SECOND = 100_000;

/** Result of a selftest, and the time the process was not scheduled during it, nanoseconds. */
export interface Selftest {
  readonly floors: ClientLimits;
  readonly stoodStillNs: number;
}

/**
 * Measures this host as a load generator in about 20 s: clock, timer, pacing and client limits.
 * Rejects with the signal's reason if it is aborted.
 */
export async function selftest(
  environment: Environment,
  options: ClientLimitOptions,
): Promise<Selftest> {
  const watch = new PauseMonitor();
  const ticks = readCpuTicks();
  const cpuBefore = process.cpuUsage();
  const fromNs = process.hrtime.bigint();
  try {
    const clock = { source: environment.clockSource, ...measureClock() };
    const timer = measureTimer();
    const pacing = await measurePacing(options.signal);
    const { floors, missing, stoodStillNs } = await measureClientLimits(options, watch);
    const toNs = process.hrtime.bigint();
    const shares = cpuShares(ticks, readCpuTicks());
    const cpu = process.cpuUsage(cpuBefore);
    const machineCores = cpus().length || availableParallelism();
    const own = ((cpu.user + cpu.system) * 1000) / Number(toNs - fromNs) / machineCores;
    return {
      stoodStillNs,
      floors: {
        format: "assay-floors",
        version: 1,
        measuredAt: new Date().toISOString(),
        floors,
        missing,
        clock,
        timer,
        ...(pacing === null ? {} : { pacing }),
        cores: coresOf(environment),
        stealShare: shares?.steal ?? null,
        othersShare: shares === null ? null : Math.max(0, 1 - shares.idle - shares.steal - own),
        governor: readGovernor(),
      },
    };
  } finally {
    await watch.close();
  }
}

/**
 * Measures the cost of reading the clock that times operations, and its smallest step. The fastest
 * round counts: the first is not compiled yet, and others may be interrupted.
 */
function measureClock(): Omit<ClientLimits["clock"], "source"> {
  const rounds = Array.from({ length: ROUNDS }, readClock);
  return {
    readingNs: Math.min(...rounds.map(({ readingNs }) => readingNs)),
    stepNs: Math.min(...rounds.map(({ stepNs }) => stepNs)),
  };
}

function readClock(): Omit<ClientLimits["clock"], "source"> {
  let stepMs = Number.POSITIVE_INFINITY;
  let last = performance.now();
  const fromMs = last;
  for (let reading = 0; reading < READINGS; reading++) {
    const now = performance.now();
    if (now > last && now - last < stepMs) stepMs = now - last;
    last = now;
  }
  return { readingNs: ((last - fromMs) * 1e6) / READINGS, stepNs: Math.round(stepMs * 1e6) };
}

/** Measures the delay of 1 ms waits, the error of pacing by the kernel's timers. */
function measureTimer(): ClientLimits["timer"] {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const lateNs = Float64Array.from({ length: WAITS }, () => {
    const fromMs = performance.now();
    Atomics.wait(sleeper, 0, 0, WAIT_MS);
    return Math.max(0, (performance.now() - fromMs - WAIT_MS) * 1e6);
  }).sort();
  const at = (share: number): number => lateNs[Math.ceil(share * WAITS) - 1] ?? 0;
  return { lateP50Ns: at(0.5), lateP99Ns: at(0.99), lateMaxNs: at(1) };
}

/**
 * Measures the pacing error of one worker at a high rate, in an open loop without storage. Null if
 * it issued no operation in time.
 */
async function measurePacing(
  signal: AbortSignal,
): Promise<NonNullable<ClientLimits["pacing"]> | null> {
  const one = { engine: "null", direction: "read", queueDepth: 4 } as const;
  const step = { fromPerSecond: PER_SECOND, toPerSecond: PER_SECOND, durationNs: null };
  const rate = { arrivals: "fixed", steps: [step], mostBacklog: MAX_BACKLOG } as const;
  const pool = new WorkerPool();
  try {
    const setup = clientLimitSetup(one, { kind: "memory", synthetic: null });
    const phase = { ...setup.phase, rate };
    const measurement = await runPhase({ ...setup, phase }, pool, { signal });
    const pacing = measurement.openLoop?.pacing ?? null;
    measurement.close();
    if (pacing === null) return null;
    return { offeredPerSecond: PER_SECOND, lateP50Ns: pacing.p50Ns, lateP99Ns: pacing.p99Ns };
  } finally {
    await pool.close();
  }
}
