import { inTime } from "../../src/model/abort.ts";
import type { Ending, Kind } from "./kinds/kind.ts";

/** CPU time that any case may take, whatever its size. */
const BASE_MS = 400;
/** CPU time per byte of a case beyond that: a scanner that is linear stays far below it. */
const PER_BYTE_MS = 0.01;
/** A case that waits for something is given up as a hang after this time. */
const HANG_MS = 20_000;
/** Memory that one case may add to the process. */
const MAX_GROWTH_BYTES = 384 * 2 ** 20;
/** A case that took this long may have taken memory as well: asking costs 10 µs. */
const SUSPECT_MS = 30;
/** The first calls of a function are slow: a case is slow only if it is so again and again. */
const TRIES = 3;

/** A case that ended, but took too much of something. */
class Excess extends Error {
  override readonly name = "Excess";
}

const hang = () => new Excess(`did not end within ${HANG_MS / 1000} s`);

/** Tries a case and fails it for time and memory beyond their bounds as well. */
export async function boundedAttempt(kind: Kind, input: unknown): Promise<Ending> {
  const before = process.memoryUsage.rss();
  let ending: Ending = "result";
  let leastMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES; i++) {
    const started = cpuMs();
    const attempt = kind.attempt(input);
    ending = attempt instanceof Promise ? await inTime(attempt, HANG_MS, hang) : attempt;
    leastMs = Math.min(leastMs, cpuMs() - started);
    if (leastMs < SUSPECT_MS) return ending;
    if (leastMs < BASE_MS) break;
  }
  // First: memory takes CPU time, too.
  const grownBytes = process.memoryUsage.rss() - before;
  if (grownBytes > MAX_GROWTH_BYTES) {
    throw new Excess(`took ${Math.round(grownBytes / 2 ** 20)} MiB of memory`);
  }
  const limitMs = BASE_MS + PER_BYTE_MS * JSON.stringify(input).length;
  if (leastMs > limitMs) {
    throw new Excess(`took ${Math.round(leastMs)} ms of CPU time, expected ${Math.round(limitMs)}`);
  }
  return ending;
}

/** CPU time of this thread, which other load on the host does not change. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
