import { type Part, WHOLE } from "../../model/plan/part.ts";
import type { RatePlan } from "../../model/plan/rate.ts";
import { NumberedRandom } from "../../model/random/numbered-random.ts";

const ARRIVAL_STREAM = 0x61727276;

/**
 * An arrival this close to an instant counts as scheduled after it. Arrivals are often scheduled at
 * the very end of a phase, and rounding of the clock must not change their count.
 */
const EDGE_MS = 1e-6;

/** A segment of the schedule; rates in operations per millisecond. */
interface Stretch {
  readonly fromMs: number;
  /** Operations scheduled before the segment. */
  readonly before: number;
  readonly perMs: number;
  /** Increase of the rate per millisecond. */
  readonly growth: number;
  /** Operations scheduled in the segment; Infinity for the last one. */
  readonly count: number;
}

/**
 * Scheduled times of an open loop's operations, in milliseconds from the start of measurement. With
 * L(t) the integral of the rate, fixed arrival n is at L(t) = n, and Poisson arrival n is where
 * L(t) is the sum of n + 1 exponential gaps of mean 1 (E. Cinlar, Introduction to Stochastic
 * Processes, 1975, chapter 4.7: any rate that changes with time, through its integral). Times
 * have full precision: gaps rounded to microseconds would have another distribution.
 *
 * Host h of H hosts has the fixed arrivals h, h + H, h + 2H and so on. Of Poisson arrivals, each
 * host has an independent stream at 1/H of the rate: their superposition is the planned process.
 */
export class Arrivals {
  private readonly stretches: readonly Stretch[];
  private readonly random: NumberedRandom | null;
  private readonly part: Part;
  private stretch = 0;
  /** Number of the arrival of {@link dueMs}. */
  private number = -1;
  private mass = 0;
  private due = 0;

  constructor({ arrivals, steps }: RatePlan, warmupMs: number, seed: number, part = WHOLE) {
    this.stretches = stretchesOf(steps, warmupMs);
    const stream = ARRIVAL_STREAM + part.host;
    this.random = arrivals === "poisson" ? new NumberedRandom(seed, stream) : null;
    this.part = part;
    this.advance();
  }

  /** Number of the current arrival among those of this host, from 0. */
  get at(): number {
    return this.number;
  }

  /** Scheduled time of the current arrival. */
  get dueMs(): number {
    return this.due;
  }

  /** Moves to the next arrival. */
  advance(): void {
    this.number++;
    const { host, hosts } = this.part;
    if (this.random === null) this.mass = this.number * hosts + host;
    // -ln(u) of a uniform u in (0, 1) is exponential with mean 1 (inversion).
    else this.mass -= hosts * Math.log((this.random.uint32(this.number) + 0.5) / 4294967296);
    this.due = this.timeOf(this.mass);
  }

  /** Moves forward to an arrival; stays if it is past. */
  advanceTo(number: number): void {
    // The number of a fixed arrival determines its time.
    if (this.random === null && number > this.number) this.number = number - 1;
    while (this.number < number) this.advance();
  }

  /** Whether the current arrival is before a time. */
  before(nowMs: number): boolean {
    return this.due < nowMs - EDGE_MS;
  }

  /** Moves past all arrivals before a time; returns their total count. */
  pass(nowMs: number): number {
    while (this.before(nowMs)) this.advance();
    return this.number;
  }

  /**
   * Time at which L(t) reaches a value: t = 2x / (a + sqrt(a^2 + 2kx)), which holds for k = 0 too.
   */
  private timeOf(mass: number): number {
    let stretch = this.stretches[this.stretch];
    while (stretch !== undefined && mass - stretch.before >= stretch.count) {
      stretch = this.stretches[++this.stretch];
    }
    if (stretch === undefined) return Number.POSITIVE_INFINITY;
    const { fromMs, before, perMs, growth } = stretch;
    const rest = mass - before;
    if (rest <= 0) return fromMs + 0;
    return fromMs + (2 * rest) / (perMs + Math.sqrt(perMs * perMs + 2 * growth * rest));
  }
}

function stretchesOf(steps: RatePlan["steps"], warmupMs: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let fromMs = 0 - warmupMs;
  let before = 0;
  const add = (perSecond: number, toPerSecond: number, lengthMs: number): void => {
    const perMs = perSecond / 1000;
    const growth = lengthMs === Infinity ? 0 : (toPerSecond / 1000 - perMs) / lengthMs;
    const count = lengthMs === Infinity ? Infinity : ((perMs + toPerSecond / 1000) / 2) * lengthMs;
    stretches.push({ fromMs, before, perMs, growth, count });
    fromMs += lengthMs;
    before += count;
  };
  const first = steps[0]?.fromPerSecond ?? 0;
  if (warmupMs > 0) add(first, first, warmupMs);
  for (const { fromPerSecond, toPerSecond, durationNs } of steps) {
    if (durationNs === null) add(fromPerSecond, toPerSecond, Infinity);
    else add(fromPerSecond, toPerSecond, durationNs / 1e6);
  }
  const last = steps.at(-1);
  if (last !== undefined && last.durationNs !== null)
    add(last.toPerSecond, last.toPerSecond, Infinity);
  return stretches;
}
