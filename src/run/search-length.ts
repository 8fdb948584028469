import { trialsOf } from "../metrics/search/search.ts";
import type { PhasePlan } from "../model/plan/plan.ts";
import type { FindPlan, SearchPoint } from "../model/plan/search.ts";

/** A point too short to tell is measured again, up to so many times as long as planned. */
const MAX_FACTOR = 16;

/**
 * How long the points of a search are. A point that is too short to show a growing backlog is
 * measured again for longer, and those after it are as long. All points together never take longer
 * than the most points of a search at their planned length: estimates of time and cost hold.
 */
export class PointLength {
  private readonly plannedNs: number | null;
  private budgetNs: number;
  private currentNs: number;

  constructor(phase: PhasePlan, find: FindPlan) {
    this.plannedNs = phase.limit.kind === "duration" ? phase.limit.durationNs : null;
    this.currentNs = this.plannedNs ?? 0;
    this.budgetNs = this.currentNs * trialsOf(find).most;
  }

  /** Whether time is left for another point. */
  get hasTime(): boolean {
    return this.plannedNs === null || this.budgetNs >= this.plannedNs;
  }

  /** The phase with the length of the next point, which is taken from the time left. */
  applyTo(phase: PhasePlan): PhasePlan {
    if (this.plannedNs === null) return phase;
    if (this.budgetNs < this.currentNs) this.currentNs = this.plannedNs;
    this.budgetNs -= this.currentNs;
    return { ...phase, limit: { kind: "duration", durationNs: this.currentNs } };
  }

  /** Makes the next points longer if this one was too short and time is left; whether it did. */
  prolongs({ role, misses }: SearchPoint): boolean {
    if (this.plannedNs === null || role === "bracket" || misses.length === 0) return false;
    const needed = misses.map((miss) => (miss.kind === "too-short" ? miss.neededNs : null));
    if (needed.includes(null)) return false;
    const most = Math.min(MAX_FACTOR * this.plannedNs, this.budgetNs);
    const wanted = Math.max(2 * this.currentNs, ...needed.map((ns) => ns ?? 0));
    const factor = Math.floor(Math.min(most, wanted) / this.plannedNs);
    if (factor * this.plannedNs <= this.currentNs) return false;
    this.currentNs = factor * this.plannedNs;
    return true;
  }
}
