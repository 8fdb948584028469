import type { TimeSeriesSource } from "../../metrics/histogram/time-series.ts";
import { singleRunReach } from "../../metrics/statistics/drift.ts";
import { leastForRankTest, rankTest } from "../../metrics/statistics/rank-test.ts";
import { ratioOf } from "../../metrics/statistics/ratio.ts";
import { arranged, type Compared } from "../../metrics/statistics/series/turns.ts";
import type { Claim } from "../../model/claim/claim.ts";
import { shareText } from "../../model/claim/figure-words.ts";
import type { Measured, Verdict } from "../../model/claim/verdict.ts";
import { runToRunOf } from "../../model/run/run-to-run.ts";
import type { Caveat, Question } from "../caveat/caveat.ts";
import { caveatsAbout, ofDivisor } from "../caveat/preconditions.ts";
import { isOnce } from "../caveat/storage.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { figureOf, unsaid } from "../evidence/figure.ts";
import { CONFIDENCE } from "../evidence/interval.ts";
import { lossFactor, widened } from "../evidence/loss.ts";
import { type MeasuredSamples, readMeasure } from "../evidence/measure.ts";
import { kindOf, unsaidOf } from "../evidence/select.ts";
import { judge } from "./judge.ts";
import { type EvidencePair, valuesOf } from "./pairs.ts";
import { conclude } from "./verdict.ts";
import { missingWords } from "./verdict-words.ts";

/** A verdict on a comparison, with the p-value of its difference. */
export interface ComparedVerdict {
  readonly verdict: Verdict;
  /** p-value of the rank test; null without a test. */
  readonly p: number | null;
  /** Whether the verdict says that the sides differ; "not slower" holds of equal ones as well. */
  readonly isDifference: boolean;
}

/** Repetitions that each side needs for the interval of a rank test to reach its confidence. */
const FEWEST_REPETITIONS = leastForRankTest(1 - CONFIDENCE);

/** Returns the verdict of two phases on a claim that compares them. */
export function comparisonVerdict(
  claim: Claim,
  pair: EvidencePair,
  timeSeries: TimeSeriesSource,
  others: readonly Evidence[] = [],
): ComparedVerdict {
  const { of, over } = pair;
  const asked = { claim, others, figure: null, value: null };
  const first: Question = { ...asked, evidence: of };
  const second: Question = { ...asked, evidence: over, isDivisor: true };
  const questions = [first, second];
  const worked = figureOf(claim, valuesOf(pair));
  const known = { claim, questions, judgement: null, bound: null };
  if (pair.differences.length > 0) {
    const doubts = [unlike(pair)];
    const verdict = conclude({ ...known, measured: null, figure: null, doubts });
    return { verdict, p: null, isDifference: false };
  }
  const condition = [
    ...(claim.when === null ? [] : unsaid(claim.when, valuesOf(pair))),
    ...unsaidOf(claim.side, of),
    ...unsaidOf(claim.over ?? claim.side, over),
  ];
  if ("missing" in worked || condition.length > 0) {
    const doubt = undeclared([...condition, ...("missing" in worked ? worked.missing : [])]);
    const verdict = conclude({ ...known, measured: null, figure: null, doubts: [doubt] });
    return { verdict, p: null, isDifference: false };
  }
  const { figure } = worked;
  const [above, below] = questions.map(({ evidence }) =>
    readMeasure(claim.measure, evidence.repetitions, null, timeSeries),
  );
  const doubts = [...caveatsAbout(first), ...ofDivisor(caveatsAbout(second))];
  if (above === undefined || below === undefined || "absent" in above || "absent" in below) {
    const words = [above, below].flatMap((one) => (one && "absent" in one ? [one.absent] : []))[0];
    const absent = doubt("no-measure", words ?? "one side has no measured value", null);
    const all = [...doubts, absent];
    const verdict = conclude({ ...known, measured: null, figure, doubts: all });
    return { verdict, p: null, isDifference: false };
  }
  const lost = questions.map(({ evidence }) => lossFactor(claim.measure, evidence.repetitions));
  const reach = Math.max(reachOf(first), reachOf(second));
  const sides = arranged(below.samples, above.samples, reach);
  const few = Math.min(sides.first.length, sides.other.length) < FEWEST_REPETITIONS;
  const measured = ratio(above, below, { sides, lost });
  const judgement = judge(claim, measured, figure);
  if (claim.between === "targets" && few && !isOnce(claim)) doubts.push(tooFew(first, second));
  else if (judgement.outcome === "inconclusive" && sides.drift > 0) {
    const alike = ratio(above, below, { sides: { ...sides, drift: 0 }, lost });
    const decided = judge(claim, alike, figure).outcome !== "inconclusive";
    if (decided) doubts.push(inBlocks(first, second, sides.drift));
  }
  const verdict = conclude({ ...known, measured, figure, judgement, doubts });
  const tested = claim.between === "targets" && !few;
  const p = tested ? rankTest(sides.first, sides.other).p : null;
  return { verdict, p, isDifference: isDifference(claim, verdict) };
}

/** Whether a verdict cannot hold for two equal sides. */
function isDifference(claim: Claim, { outcome, figure }: Verdict): boolean {
  if (outcome === "inconclusive" || figure === null) return false;
  const equal: Measured = { value: 1, low: 1, high: 1, confidence: 1, repetitions: 1, how: "" };
  return judge(claim, equal, figure).outcome !== outcome;
}

/** Distance on logarithms from the level of the storage within which one run is. */
function reachOf({ evidence }: Question): number {
  return singleRunReach(runToRunOf(kindOf(evidence)));
}

/** Caveat that no two phases are comparable, with the run that would be. */
function unlike({ of, over, differences }: EvidencePair): Caveat {
  const named = ({ phase, target }: Evidence) => `\`${phase.name}\` on ${target.name}`;
  const words =
    `no comparable phases: ${named(of)} and ${named(over)} differ in ` +
    listed(differences.map((one) => one.words));
  const settings = listed(differences.map(({ setting }) => setting));
  const settle = `run ${named(over)} again with ${settings}, as in ${named(of)}`;
  return doubt("unlike", words, settle);
}

function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

/**
 * One side over the other. With enough repetitions, the Hodges-Lehmann estimate with the interval
 * of the rank test, as in a comparison of runs, widened by what may be drift; else the intervals of
 * both sides, joined on logarithms as independent.
 */
function ratio(
  above: MeasuredSamples,
  below: MeasuredSamples,
  { sides, lost }: { readonly sides: Compared; readonly lost: readonly number[] },
): Measured {
  const repetitions = Math.min(sides.first.length, sides.other.length);
  if (repetitions >= FEWEST_REPETITIONS) {
    const found = ratioOf(sides.first, sides.other, CONFIDENCE);
    if (found?.interval) {
      const { ratio: value, interval } = found;
      const wider = (bound: number): number => Math.hypot(Math.log(bound / value), sides.drift);
      const low = value * Math.exp(-wider(interval.low));
      const high = value * Math.exp(wider(interval.high));
      const how = sides.drift === 0 ? HODGES : `${HODGES}, ${driftWords(sides.drift)}`;
      const tested = { value, low, high, confidence: interval.confidence, repetitions, how };
      return lost.reduce(widened, tested);
    }
  }
  const value = above.measured.value / below.measured.value;
  const reach = (one: Measured, bound: "low" | "high"): number =>
    Math.abs(Math.log((one[bound] ?? Number.NaN) / one.value));
  const down = Math.hypot(reach(above.measured, "low"), reach(below.measured, "high"));
  const up = Math.hypot(reach(above.measured, "high"), reach(below.measured, "low"));
  const sound = Number.isFinite(down) && Number.isFinite(up);
  const assumes = above.measured.assumes ?? below.measured.assumes;
  return {
    value,
    ...(assumes === undefined ? {} : { assumes }),
    low: sound ? value * Math.exp(-down) : null,
    high: sound ? value * Math.exp(up) : null,
    confidence: CONFIDENCE,
    repetitions,
    how: sound ? JOINED : "no interval: one side has none",
  };
}

const HODGES = "Hodges-Lehmann estimate over the repetitions, with its interval";
const JOINED = "ratio of both values, with their intervals combined";

function driftWords(drift: number): string {
  return `allowance for change over time: ${shareText(Math.expm1(drift))}`;
}

function tooFew(first: Question, second: Question): Caveat {
  const words =
    "too few repetitions to exclude run-to-run variation; each target needs " +
    `${FEWEST_REPETITIONS} or more`;
  return doubt("repetitions", words, interleaved(first, second));
}

function inBlocks(first: Question, second: Question, drift: number): Caveat {
  const words =
    "the runs of the targets did not alternate, so the difference may be change over time " +
    `(${driftWords(drift)})`;
  return doubt("repetitions", words, interleaved(first, second));
}

function interleaved(first: Question, second: Question): string {
  const targets = [first, second].map(({ evidence }) => `--target ${evidence.target.name}`);
  return `run it with \`assay compare --interleave\` and ${targets.join(" ")}`;
}

function undeclared(missing: readonly string[]): Caveat {
  return doubt("undeclared", missingWords(missing), "declare it in the targets file");
}

function doubt(code: Caveat["code"], words: string, settle: string | null): Caveat {
  return { code, words, settle, effect: "either" };
}
