import type { FindPlan } from "../../../src/model/plan/search.ts";

/** A search by rate for the most load, without an objective unless `more` has one. */
export function findPlan(more: Partial<FindPlan> = {}): FindPlan {
  return {
    slo: [],
    by: "rate",
    wants: "most",
    from: null,
    to: null,
    precisionShare: 0.02,
    repetitions: 6,
    arrivals: "fixed",
    mostBacklog: 1000,
    ...more,
  };
}
