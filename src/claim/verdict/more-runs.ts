import { fewestAlike } from "../../metrics/statistics/clustered-share.ts";
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
import { agreement, isNearFigure } from "./judge.ts";

/** More runs than this are no advice. */
const MAX_RUNS = 100;

const LONGER = "run it for longer, so that chance within a run can be told";

/**
 * What decides a claim whose interval holds both values that agree with it and values that do not:
 * how many repetitions or separate runs it takes until the interval is narrower than the distance
 * from the measured value to the limit, if the value stays what it is.
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
      `more than ${MAX_RUNS} runs would be needed: the measured value is too close to the limit ` +
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
    `storage that others use as well is refuted by ${ENOUGH_REPETITIONS} runs or more, ` +
    `and this is ${runs}`;
  const settle = `run it with \`repetitions: ${ENOUGH_REPETITIONS}\` or more, or at other times`;
  return { code: "repetitions", words, settle, effect: "either" };
}

/** How much more it takes: of a share of seconds, enough to show it if none is slow. */
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
