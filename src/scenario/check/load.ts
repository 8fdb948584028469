import { onceOf } from "../../model/plan/operation.ts";
import { longestNs, type PhasePlan } from "../../model/plan/plan.ts";
import type { FindPlan } from "../../model/plan/search.ts";
import { hasKnee, isAtLeast } from "../schema/find.ts";
import type { Mistake, Subject } from "./subject.ts";
import { thresholdMisfit } from "./threshold-fit.ts";

/** A search measures a phase again and again, at loads of its own and for as long each time. */
export function searchesLoads({ phase, operations }: Subject): Mistake | null {
  const { find } = phase;
  if (find === undefined) return null;
  const once = operations.includes("restore") ? "restore" : onceOf(operations);
  if (once !== undefined) {
    return mistake(
      `\`${once}\` goes once over its dataset and a search measures it many times: expected no ` +
        "`find`",
    );
  }
  if (longestNs(phase.limit) === null) {
    return mistake("its points are to be of one length: expected a phase with `duration`");
  }
  if (find.by === "queueDepth" && phase.matrix.queueDepth !== undefined) {
    return mistake("a queue depth is what it looks for: expected none in the `matrix`");
  }
  return rangeMistake(find);
}

function rangeMistake({ from, to, by }: FindPlan): Mistake | null {
  if (from === null || to === null || from < to) return null;
  const unit = by === "rate" ? "/s" : "";
  return mistake(`\`from\` is ${from}${unit} and \`to\` ${to}${unit}: expected it below \`to\``);
}

/** An objective has to be kept on one side of some load and to be broken on the other. */
export function keepsObjective({ phase, operations }: Subject): Mistake | null {
  const { find } = phase;
  if (find === undefined || operations.length === 0) return null;
  const fits = find.by === "rate" ? offered(phase) : alone(phase);
  for (const one of find.slo) {
    const found = thresholdMisfit(one, fits);
    if (found !== null) return mistake(found);
    if (one.criterion.kind === "baseline") {
      return mistake(`\`${one.text}\`: expected a bound, such as \`response.p99 < 10ms\``);
    }
    if (!hasKnee(one)) {
      return mistake(`\`${one.text}\` is kept by more load, or by none: no search ends at it`);
    }
    if (find.by === "rate" && isAtLeast(one)) {
      return mistake(
        `\`${one.text}\`: the most operations a second are what a search by rate looks for; ` +
          "expected a limit such as `response.p99 < 10ms`",
      );
    }
  }
  const least = find.slo.find(isAtLeast);
  const most = find.slo.find((one) => !isAtLeast(one));
  if (least === undefined || most === undefined) return null;
  return mistake(
    `\`${least.text}\` asks for the lowest queue depth and \`${most.text}\` for the highest: ` +
      "expected one of them",
  );
}

function mistake(message: string): Mistake {
  return { field: "find", message };
}

/** The phase as its points are: with some rate. */
function offered(phase: PhasePlan): PhasePlan {
  const { find: _, ...point } = phase;
  return { ...point, rate: { arrivals: "fixed", steps: [], mostBacklog: 0 } };
}

function alone(phase: PhasePlan): PhasePlan {
  const { find: _, ...point } = phase;
  return point;
}

/** Steps that a phase ends before would be offered to nobody. */
export function fitsSteps({ phase }: Subject): Mistake | null {
  const { rate, limit } = phase;
  const mostNs = longestNs(limit);
  if (rate === null || mostNs === null) return null;
  const planned = rate.steps.reduce((sum, { durationNs }) => sum + (durationNs ?? 0), 0);
  if (planned <= mostNs) return null;
  const ends = `the phase ends after ${mostNs / 1e9} s`;
  const message = `its steps take ${planned / 1e9} s, but ${ends}`;
  return { field: "rate", message };
}

/** What is held back for a sync, or waits for a poll of its own, falls due all the same. */
export function ratesOperations({ phase, operations }: Subject): Mistake | null {
  if (phase.rate === null || !operations.includes("restore")) return null;
  return { field: "rate", message: "`restore` waits for hours: expected no `rate`" };
}

/** A window longer than the phase may last is never full. */
export function fitsWindow({ phase: { limit } }: Subject): Mistake | null {
  if (limit.kind !== "steady" || limit.windowNs <= limit.mostNs) return null;
  const window = `its window of ${limit.windowNs / 1e9} s`;
  const most = `\`atMost\`: ${limit.mostNs / 1e9} s`;
  const message = `${window} is longer than the phase may last (${most})`;
  return { field: "until", message };
}
