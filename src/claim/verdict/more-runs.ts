import type { Claim } from "../../model/claim/claim.ts";
import type { Measured, Verdict } from "../../model/claim/verdict.ts";
import type { RunToRun } from "../../model/run/run-to-run.ts";
import { isOnce } from "../doubt/touched.ts";
import { assumedReach, ENOUGH_REPETITIONS } from "../evidence/interval.ts";
import { agreement, isNearFigure } from "./judge.ts";

/** More runs than this are no advice. */
const MOST_RUNS = 100;

const LONGER = "run it for longer, so that chance within a run can be told";

/**
 * What decides a claim whose interval holds both values that agree with it and values that do not:
 * how many repetitions or separate runs it takes until the interval is narrower than the distance
 * from the measured value to the limit, if the value stays what it is.
 */
export function moreRuns(
  claim: Claim,
  measured: Measured,
  figure: NonNullable<Verdict["figure"]>,
  assumed: RunToRun,
): string {
  const { value, low, high } = measured;
  if (low === null || high === null) return LONGER;
  const limits = agreement(claim, figure).filter((one) => one !== null && one > 0);
  const distance = Math.min(...limits.map((limit) => Math.abs(Math.log(value / (limit ?? value)))));
  const reach = Math.max(Math.log(value / low), Math.log(high / value));
  const needed = neededRuns(claim, measured, { distance, reach }, assumed);
  if (!(needed <= MOST_RUNS)) {
    return (
      `more than ${MOST_RUNS} runs would be needed: the measured value is too close to the limit ` +
      "of what agrees with the figure"
    );
  }
  if (claim.over !== null && claim.between === "targets") {
    return `run it with \`assay compare --interleave\` and ${needed} repetitions of each target`;
  }
  if (isOnce(claim)) {
    return `give ${needed} separate runs, each on data that was never accessed before it`;
  }
  const isShort = measured.repetitions < ENOUGH_REPETITIONS;
  if (isShort && isNearFigure(claim, measured, figure)) {
    return (
      `run it with \`repetitions: ${ENOUGH_REPETITIONS}\`; if they are not as alike as a limiter ` +
      `holds them, ${separately(needed)}`
    );
  }
  return separately(needed);
}

function separately(runs: number): string {
  return `make ${runs} separate runs, each an hour or more after the one before, and give them all`;
}

interface Distances {
  /** On logarithms: from the value to the nearest limit, and to the end of its interval. */
  readonly distance: number;
  readonly reach: number;
}

function neededRuns(
  claim: Claim,
  { repetitions, separateRuns = 1, assumes }: Measured,
  { distance, reach }: Distances,
  assumed: RunToRun,
): number {
  const isPair = claim.over !== null;
  const made = isPair ? repetitions : separateRuns;
  // Two sides, each with its own spread.
  const sides = isPair ? Math.SQRT2 : 1;
  const own = assumes === undefined ? made * (reach / distance) ** 2 : 0;
  if (isPair && assumes === undefined) return Math.ceil(Math.max(own, made + 1));
  let byAssumption = ENOUGH_REPETITIONS;
  while (sides * assumedReach(assumed, byAssumption) >= distance && byAssumption <= MOST_RUNS) {
    byAssumption += 1;
  }
  return Math.ceil(Math.max(own, byAssumption, separateRuns + 1));
}
