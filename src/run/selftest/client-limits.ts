import { closeSync, mkdirSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ENGINES } from "../../engine/index.ts";
import { disturbingNs } from "../../metrics/generator/pauses.ts";
import { summarizePhase } from "../../metrics/histogram/summary.ts";
import { messageOf } from "../../model/fault/errors.ts";
import { type DatasetLocation, fileName, type Location } from "../../model/plan/dataset.ts";
import type { ClientLimit, OwnTime } from "../../model/run/harness.ts";
import { makeScratchFolder } from "../../model/scratch-folder.ts";
import type { PauseMonitor } from "../monitor/pause-monitor.ts";
import { runPhase } from "../phase/phase.ts";
import { WorkerPool } from "../phase/pool.ts";
import { makeOwnFile, removeOwn, writeWhole } from "../store/own-file.ts";
import {
  CLIENT_LIMIT_BLOCK_BYTES,
  CLIENT_LIMIT_CASES,
  type ClientLimitCase,
  clientLimitSetup,
} from "./client-limit-cases.ts";
import { type Loopback, loopbackEnvironment, startLoopback } from "./loopback.ts";

/** Measured client limits, and one sentence for each that is missing. */
export interface MeasuredClientLimits {
  readonly floors: readonly ClientLimit[];
  readonly missing: readonly string[];
  /** Time that the process was not scheduled during the measurements, nanoseconds. */
  readonly stoodStillNs: number;
}

export interface ClientLimitOptions {
  /** {@link ENGINES} with what this machine refuses. */
  readonly engines: typeof ENGINES;
  readonly signal: AbortSignal;
}

/** Maximum attempts for a client limit that pauses or other programs disturbed. */
const ATTEMPTS = 3;

/** Measures the client limits one after the other, each as a phase of a run. */
export async function measureClientLimits(
  options: ClientLimitOptions,
  watch: PauseMonitor,
  cases: readonly ClientLimitCase[] = CLIENT_LIMIT_CASES,
): Promise<MeasuredClientLimits> {
  let stoodStillNs = 0;
  const floors: ClientLimit[] = [];
  const missing = new Set<string>();
  const folder = makeScratchFolder("assay-selftest-");
  let loopback: Loopback | null = null;
  try {
    loopback = await startLoopback();
    for (const one of cases) {
      options.signal.throwIfAborted();
      const { refusal } = options.engines[one.engine];
      if (refusal !== undefined) {
        missing.add(`${one.engine}: ${refusal}`);
        continue;
      }
      const location = locationOf(one, folder, loopback);
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const fromNs = process.hrtime.bigint();
        const mark = watch.mark();
        const floor = await measureClientLimit(one, location, options.signal);
        const toNs = process.hrtime.bigint();
        const pauses = watch.between(fromNs, toNs, mark);
        const stillNs = disturbingNs(pauses, Number(toNs - fromNs));
        if ((stillNs > 0 || floor === STARVED) && attempt < ATTEMPTS) continue;
        stoodStillNs += stillNs;
        if (typeof floor === "string") missing.add(`${one.engine}: ${floor}`);
        else floors.push(floor);
        break;
      }
    }
    options.signal.throwIfAborted();
    return { floors, missing: [...missing], stoodStillNs };
  } finally {
    await loopback?.close();
    removeFolder(folder);
  }
}

/** Removes a directory, unless it holds files of others. */
function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Not empty.
  }
}

function locationOf({ engine }: ClientLimitCase, folder: string, loopback: Loopback): Location {
  if (engine === "null") return { kind: "memory", synthetic: null };
  if (ENGINES[engine].drives === "event-loop") return loopback.location;
  return { kind: "directory", root: folder };
}

/** Returns a client limit, or why there is none. Each uses new threads, like most phases. */
async function measureClientLimit(
  one: ClientLimitCase,
  location: Location,
  signal: AbortSignal,
): Promise<ClientLimit | string> {
  const setup = clientLimitSetup(one, location);
  const remove = location.kind === "directory" ? writeFile(location.root, setup.dataset) : null;
  const pool = new WorkerPool(loopbackEnvironment(process.env));
  try {
    const measurement = await runPhase(setup, pool, { signal });
    const [worker] = measurement.workers;
    const [all] = summarizePhase(measurement.totals, measurement.elapsedNs);
    measurement.close();
    if (worker?.failure != null) return worker.failure.message;
    if (worker?.own == null || all?.latency == null || all.operations === 0) {
      return "no operation completed in time";
    }
    if (all.errors > 0) return worker.errors[0]?.first ?? "operations failed";
    if (isStarved(one, worker.own)) return STARVED;
    const cpuNs = worker.own.cpuUserNs + worker.own.cpuSystemNs;
    return {
      ...one,
      blockBytes: CLIENT_LIMIT_BLOCK_BYTES,
      operationsPerSecond: maxPerSecond(one, all.operationsPerSecond, cpuNs / all.operations),
      cpuPerOperationNs: cpuNs / all.operations,
      latencyP50Ns: all.latency.p50Ns,
      latencyP99Ns: all.latency.p99Ns,
    };
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  } finally {
    await pool.close();
    remove?.();
  }
}

const STARVED = "with one request in flight, other programs used the CPUs";

/** Maximum share of CPU wait; above it, a round trip consists mainly of CPU wait. */
const STARVED_SHARE = 0.1;

/** Whether CPU wait distorts a client limit that includes the round trip. */
function isStarved(one: ClientLimitCase, { processorWaitNs, watchedNs }: OwnTime): boolean {
  return isRoundTrip(one) && (processorWaitNs ?? 0) > STARVED_SHARE * watchedNs;
}

function isRoundTrip({ engine, queueDepth }: ClientLimitCase): boolean {
  return ENGINES[engine].drives === "event-loop" && queueDepth === 1;
}

/**
 * Maximum rate of a worker that is always busy. If the loopback server was too slow for that, or
 * other programs used the CPU, the rate follows from the CPU time per operation. With a single
 * request in flight, the round trip is part of the limit.
 */
function maxPerSecond(one: ClientLimitCase, measured: number, cpuPerOperationNs: number): number {
  return isRoundTrip(one) ? measured : Math.max(measured, 1e9 / cpuPerOperationNs);
}

/** Creates the file of a client limit; returns a function that removes it. */
function writeFile(root: string, dataset: DatasetLocation): () => void {
  const path = join(root, fileName(dataset, 0));
  mkdirSync(dirname(path), { recursive: true });
  const { fd, identity } = makeOwnFile(path);
  try {
    writeWhole(fd, Buffer.alloc(dataset.totalBytes, 1), 0);
  } finally {
    closeSync(fd);
  }
  return () => {
    removeOwn(path, identity);
    removeFolder(dirname(path));
  };
}
