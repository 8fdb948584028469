import { fewestAlike } from "../../metrics/statistics/clustered-share.ts";
import { agreement } from "../../model/claim/agreement.ts";
import type { Claim } from "../../model/claim/claim.ts";
import { durationText } from "../../model/claim/figure-words.ts";
import type { Measured } from "../../model/claim/verdict.ts";
import type { RunToRun } from "../../model/run/run-to-run.ts";
import { runToRunOf } from "../../model/run/run-to-run.ts";
import { KIND } from "../../model/target/kind.ts";
import type { Caveat } from "../caveat/caveat.ts";
import { isOnce } from "../caveat/storage.ts";
import type { Figure } from "../evidence/figure.ts";
import { assumedReach, CONFIDENCE, ENOUGH_REPETITIONS } from "../evidence/interval.ts";
import { kindOf } from "../evidence/select.ts";
import type { Findings } from "./judge.ts";
import { isNearFigure } from "./judge.ts";

/** Largest number of runs that is advised. */
const MAX_RUNS = 100;

const LONGER = "run it for longer, so that the variation within a run can be measured";

/**
 * Returns the remedy for an interval with values that agree with the figure and values that do not:
 * the number of repetitions or separate runs after which the interval is narrower than the distance
 * from the measured value to the limit, if the value stays the same.
 */
function moreRuns(claim: Claim, measured: Measured, figure: Figure, assumed: RunToRun): string {
  const { value, low, high } = measured;
  if (low === null || high === null) return LONGER;
  const limits = agreement(claim, figure).filter((one) => one !== null && one > 0);
  const distance = Math.min(...limits.map((limit) => Math.abs(Math.log(value / (limit ?? value)))));
  const reach = Math.max(Math.log(value / low), Math.log(high / value));
  const needed = neededRuns(claim, measured, { distance, reach }, assumed);
  if (!(needed <= MAX_RUNS)) {
    return (
      `more than ${MAX_RUNS} runs are needed, because the measured value is close to the edge of ` +
      "the figure's tolerance"
    );
  }
  if (claim.over !== null && claim.between === "targets") {
    return `run it with \`assay compare --interleave\` and ${needed} repetitions of each target`;
  }
  if (isOnce(claim)) {
    return `use ${needed} separate runs, each on data that was never accessed before`;
  }
  const isShort = measured.repetitions < ENOUGH_REPETITIONS;
  if (isShort && isNearFigure(claim, measured, figure)) {
    return (
      `run it with \`repetitions: ${ENOUGH_REPETITIONS}\`; if they vary more than a limiter ` +
      `allows, ${separately(needed)}`
    );
  }
  return separately(needed);
}

function separately(runs: number): string {
  return `make ${runs} separate runs an hour or more apart, and verify all of them together`;
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
  while (sides * assumedReach(assumed, byAssumption) >= distance && byAssumption <= MAX_RUNS) {
    byAssumption += 1;
  }
  return Math.ceil(Math.max(own, byAssumption, separateRuns + 1));
}

/**
 * The caveat that a refutation of shared storage has too few runs; null where it has enough or
 * refutes nothing. Each repetition counts: it runs the phase again. Counted errors need no
 * repetition, and a first access has none.
 */
export function fewRuns({ claim, questions, measured, judgement }: Findings): Caveat | null {
  if (judgement?.outcome !== "refuted" || claim.measure.kind === "errors") return null;
  const sides = [claim.side, claim.over];
  if (sides.some((side) => side?.workload.touch === "first")) return null;
  const isShared = questions.some(({ evidence }) => KIND[kindOf(evidence)].isShared);
  const runs = measured?.repetitions ?? 0;
  if (!isShared || runs >= ENOUGH_REPETITIONS) return null;
  const words =
    `shared storage is refuted by ${ENOUGH_REPETITIONS} or more runs, and there ` +
    (runs === 1 ? "is 1" : `are ${runs}`);
  const settle = `run it with \`repetitions: ${ENOUGH_REPETITIONS}\` or more, or at other times`;
  return { code: "repetitions", words, settle, effect: "either" };
}

/** Returns how much longer or more often to run; for a share of seconds, if none is slow. */
export function longerRunAdvice({ claim, questions, measured, figure }: Findings): string | null {
  const [question] = questions;
  if (measured === null || figure === null || question === undefined) return null;
  if (claim.measure.kind !== "share-of-seconds") {
    return moreRuns(claim, measured, figure, runToRunOf(kindOf(question.evidence)));
  }
  const share = figure.value ?? 1;
  if (share >= 1) return "run it for longer";
  return `run it for ${durationText(fewestAlike(share, CONFIDENCE) * 1e9)} or longer`;
}
