import { onceOf } from "../../model/plan/operation.ts";
import { longestNs, type PhasePlan } from "../../model/plan/plan.ts";
import type { FindPlan } from "../../model/plan/search.ts";
import { hasKnee, isAtLeast } from "../schema/find.ts";
import type { Mistake, Subject } from "./subject.ts";
import { thresholdProblem } from "./threshold-fit.ts";

/** A search repeats its phase at different loads, each for the same time. */
export function searchesLoads({ phase, operations }: Subject): Mistake | null {
  const { find } = phase;
  if (find === undefined) return null;
  const once = operations.includes("restore") ? "restore" : onceOf(operations);
  if (once !== undefined) {
    return mistake(
      `\`find\` repeats the phase, but \`${once}\` visits each file once; remove \`find\``,
    );
  }
  if (longestNs(phase.limit) === null) {
    return mistake(
      "`find` requires a phase with `duration`, so that all points have the same length",
    );
  }
  if (find.by === "queueDepth" && phase.matrix.queueDepth !== undefined) {
    return mistake("the search varies `queueDepth`; remove `queueDepth` from the `matrix`");
  }
  return rangeMistake(find);
}

function rangeMistake({ from, to, by }: FindPlan): Mistake | null {
  if (from === null || to === null || from < to) return null;
  const unit = by === "rate" ? "/s" : "";
  return mistake(
    `\`from\` must be below \`to\`; got \`from\` ${from}${unit} and \`to\` ${to}${unit}`,
  );
}

/** An objective must be met on one side of some load and missed on the other. */
export function keepsObjective({ phase, operations }: Subject): Mistake | null {
  const { find } = phase;
  if (find === undefined || operations.length === 0) return null;
  const fits = find.by === "rate" ? offered(phase) : alone(phase);
  for (const one of find.slo) {
    const found = thresholdProblem(one, fits);
    if (found !== null) return mistake(found);
    if (one.criterion.kind === "baseline") {
      return mistake(`\`${one.text}\`: expected a bound, such as \`response.p99 < 10ms\``);
    }
    if (!hasKnee(one)) {
      return mistake(
        `\`${one.text}\`: more load cannot turn it from met to missed; expected a limit such as ` +
          "`response.p99 < 10ms`",
      );
    }
    if (find.by === "rate" && isAtLeast(one)) {
      return mistake(
        `\`${one.text}\`: a search by rate already finds the highest rate; expected a limit such ` +
          "as `response.p99 < 10ms`",
      );
    }
  }
  const least = find.slo.find(isAtLeast);
  const most = find.slo.find((one) => !isAtLeast(one));
  if (least === undefined || most === undefined) return null;
  return mistake(
    `\`${least.text}\` searches for the lowest queue depth, \`${most.text}\` for the highest; ` +
      "expected only one of them",
  );
}

function mistake(message: string): Mistake {
  return { field: "find", message };
}

/** Returns the phase of one point of a search by rate: with an offered load. */
function offered(phase: PhasePlan): PhasePlan {
  const { find: _, ...point } = phase;
  return { ...point, rate: { arrivals: "fixed", steps: [], mostBacklog: 0 } };
}

/** Returns the phase of one point of a search by queue depth. */
function alone(phase: PhasePlan): PhasePlan {
  const { find: _, ...point } = phase;
  return point;
}

/** The steps of a rate must end before the phase does. */
export function fitsSteps({ phase }: Subject): Mistake | null {
  const { rate, limit } = phase;
  const mostNs = longestNs(limit);
  if (rate === null || mostNs === null) return null;
  const planned = rate.steps.reduce((sum, { durationNs }) => sum + (durationNs ?? 0), 0);
  if (planned <= mostNs) return null;
  const ends = `the phase ends after ${mostNs / 1e9} s`;
  const message = `the steps take ${planned / 1e9} s, but ${ends}`;
  return { field: "rate", message };
}

/** A restore takes hours, so no schedule of operations can be kept. */
export function ratesOperations({ phase, operations }: Subject): Mistake | null {
  if (phase.rate === null || !operations.includes("restore")) return null;
  return {
    field: "rate",
    message: "`restore` takes hours and cannot follow a rate; remove `rate`",
  };
}

/** The window of the steady state must fit into the phase. */
export function fitsWindow({ phase: { limit } }: Subject): Mistake | null {
  if (limit.kind !== "steady" || limit.windowNs <= limit.mostNs) return null;
  const window = `the window of ${limit.windowNs / 1e9} s`;
  const most = `\`atMost\`: ${limit.mostNs / 1e9} s`;
  const message = `${window} exceeds the maximum length of the phase (${most})`;
  return { field: "until", message };
}
