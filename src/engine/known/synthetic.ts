import { Random } from "../../model/random/random.ts";
import type {
  SyntheticBehaviour,
  SyntheticCredits,
  SyntheticLatency,
} from "../../model/target/target.ts";
import type { BlockingSession, EngineError, SessionTask } from "../engine.ts";

/** Final part of a wait that polls the clock, because a sleep is up to 0.2 ms late. */
const SPIN_MS = 0.3;
const EIO = 5;
const NEVER = Number.POSITIVE_INFINITY;
const NONE = [] as const;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * A storage device of known behavior. It needs a clock for its delays; the load side measures its
 * latencies as for any other engine.
 */
class SyntheticSession implements BlockingSession {
  readonly drives = "blocking";
  private readonly behaviour: SyntheticBehaviour;
  private readonly lengths: Float64Array;
  private readonly dueMs: Float64Array;
  private readonly failed: Uint8Array;
  private readonly random: Random;
  private startMs = -1;
  private linkFreeMs = 0;
  private submitted = 0;
  /** Time at which each server is free. */
  private readonly freeMs: Float64Array;
  private readonly credits: CreditBucket | null;

  constructor(task: SessionTask, behaviour: SyntheticBehaviour) {
    this.behaviour = behaviour;
    this.lengths = task.slots.length;
    this.dueMs = new Float64Array(task.slots.depth).fill(NEVER);
    this.failed = new Uint8Array(task.slots.depth);
    this.random = new Random(task.seed, task.worker);
    this.freeMs = new Float64Array(behaviour.servers ?? 0);
    this.credits = behaviour.credits == null ? null : new CreditBucket(behaviour.credits);
  }

  submit(slot: number): void {
    const now = performance.now();
    if (this.startMs < 0) this.startMs = now;
    const serviceMs = drawNs(this.behaviour.latency, this.random) / 1e6;
    const begins = this.credits?.take(now) ?? now;
    let due = this.freeMs.length === 0 ? begins + serviceMs : this.serve(begins, serviceMs);
    if (this.behaviour.bytesPerSecond > 0) {
      const transferMs = ((this.lengths[slot] ?? 0) / this.behaviour.bytesPerSecond) * 1000;
      this.linkFreeMs = Math.max(now, this.linkFreeMs) + transferMs;
      due = Math.max(due, this.linkFreeMs);
    }
    for (const stall of this.behaviour.stalls) {
      const from = this.startMs + stall.atNs / 1e6;
      const to = from + stall.durationNs / 1e6;
      if (due >= from && due < to) due = to;
    }
    this.submitted++;
    const { errorEvery, hangEvery = 0 } = this.behaviour;
    const fails = isNth(this.submitted, errorEvery) || this.failsAt(now - this.startMs);
    this.failed[slot] = fails ? 1 : 0;
    this.dueMs[slot] = isNth(this.submitted, hangEvery) ? NEVER : due;
  }

  /** Whether a time since the start is in an outage. */
  private failsAt(ms: number): boolean {
    for (const { atNs, durationNs } of this.behaviour.failures ?? NONE) {
      if (ms * 1e6 >= atNs && ms * 1e6 < atNs + durationNs) return true;
    }
    return false;
  }

  reap(done: Int32Array, result: Float64Array, waitNs: number): number {
    let now = performance.now();
    let earliest = NEVER;
    for (const due of this.dueMs) if (due < earliest) earliest = due;
    if (earliest > now) {
      if (waitNs === 0) return 0;
      const until = Math.min(earliest, now + waitNs / 1e6);
      if (until - now > SPIN_MS) Atomics.wait(sleeper, 0, 0, until - now - SPIN_MS);
      while (now < until) now = performance.now();
    }
    let count = 0;
    for (let slot = 0; slot < this.dueMs.length; slot++) {
      if ((this.dueMs[slot] ?? NEVER) > now) continue;
      this.dueMs[slot] = NEVER;
      done[count] = slot;
      result[count++] = this.failed[slot] === 1 ? -EIO : (this.lengths[slot] ?? 0);
    }
    return count;
  }

  /** Assigns an operation to the server that is free first. */
  private serve(fromMs: number, serviceMs: number): number {
    let first = 0;
    for (const [server, free] of this.freeMs.entries()) {
      if (free < (this.freeMs[first] ?? 0)) first = server;
    }
    const due = Math.max(fromMs, this.freeMs[first] ?? 0) + serviceMs;
    this.freeMs[first] = due;
    return due;
  }

  explain(): EngineError {
    return { code: "EIO", message: "error injected by the synthetic engine" };
  }

  counters(): Readonly<Record<string, number>> {
    return {};
  }

  close(): void {}
}

function isNth(number: number, every: number): boolean {
  return every > 0 && number % every === 0;
}

/** Starts operations at the burst rate while credits last, else at the baseline rate. */
class CreditBucket {
  private readonly task: SyntheticCredits;
  private credits: number;
  private lastMs = Number.NaN;
  private nextMs = 0;

  constructor(task: SyntheticCredits) {
    this.task = task;
    this.credits = task.operations;
  }

  /** Returns the start time of an operation, which spends a credit. */
  take(nowMs: number): number {
    const { burstPerSecond, baselinePerSecond, operations } = this.task;
    const at = Math.max(nowMs, this.nextMs);
    const earned = Number.isNaN(this.lastMs) ? 0 : ((at - this.lastMs) * baselinePerSecond) / 1000;
    this.credits = Math.min(operations, this.credits + earned);
    this.lastMs = at;
    this.credits = Math.max(0, this.credits - 1);
    this.nextMs = at + 1000 / (this.credits >= 1 ? burstPerSecond : baselinePerSecond);
    return at;
  }
}

function drawNs(latency: SyntheticLatency, random: Random): number {
  switch (latency.kind) {
    case "fixed":
      return latency.ns;
    case "uniform":
      return latency.minNs + random.unit() * (latency.maxNs - latency.minNs);
    case "exponential":
      // Inverse of the exponential distribution function; 1 - u is never 0.
      return -Math.log(1 - random.unit()) * latency.meanNs;
    case "bimodal":
      return random.unit() < latency.slowShare ? latency.slowNs : latency.fastNs;
  }
}

export async function open(task: SessionTask): Promise<BlockingSession> {
  if (task.location.kind !== "memory" || task.location.synthetic === null) {
    throw new Error("the synthetic engine needs a synthetic target");
  }
  return new SyntheticSession(task, task.location.synthetic);
}
