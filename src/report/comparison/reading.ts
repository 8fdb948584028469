import { letterOf } from "../../metrics/compare/columns.ts";
import type { Comparison } from "../../metrics/compare/compare.ts";
import { ALPHA, type Contrast, type Undecided } from "../../metrics/compare/contrasts.ts";
import { requiredFactor } from "../../metrics/compare/few-repetitions.ts";
import { leastForMedian } from "../../metrics/statistics/median.ts";
import { FEW_RUNS } from "../../model/run/run-to-run.ts";
import { list } from "../parts/document.ts";
import { formatCount, formatNumber, formatShare } from "../parts/format.ts";
import type { Section } from "../report.ts";
import { BY_FACTOR, moreRepetitions, NOT_SIGNIFICANT, UNDECIDED } from "./outcome.ts";

/** How significance was decided, for readers of the tables; empty if nothing is compared. */
export function significanceSentences(comparison: Comparison): readonly string[] {
  const { testing } = comparison;
  if (testing === null) return [];
  const { fewest, most, needed, tests } = testing;
  const isSome = contrastsOf(comparison).some(
    ({ shown, withheld }) => shown === null && withheld === null,
  );
  const tested =
    `faster, slower without a mark: significant at ${formatShare(ALPHA)} in a rank test over ` +
    `repetitions, corrected for ${formatCount(tests)} tests.` +
    (isSome ? ` ${NOT_SIGNIFICANT}: no significant difference.` : "");
  return [
    ...(most > 1 ? [tested, RATIO_OF_PAIRS] : []),
    ...(fewest < needed ? [fewSentence(comparison)] : []),
    ...incompleteSentence(comparison),
    ...driftSentence(comparison),
  ];
}

const RATIO_OF_PAIRS =
  "Ratio: median of the ratios of all pairs of repetitions. It differs from the ratio of the " +
  "medians.";

/** Explains the marks of ratios with too few repetitions for a rank test. */
function fewSentence(comparison: Comparison): string {
  const { most = 1, needed = 0, plausibleFactor = 1 } = comparison.testing ?? {};
  const required = requiredFactor(plausibleFactor);
  const more = formatShare(plausibleFactor - 1);
  const less = formatShare(1 - 1 / plausibleFactor);
  const few = most === 1 ? "One run each" : `Fewer than ${needed} repetitions`;
  return (
    `${few}: two runs of the same storage may differ by ${more} more or ${less} less (assumed ` +
    `run-to-run spread ${formatShare(FEW_RUNS.share)}). ${BY_FACTOR}: larger difference, beyond ` +
    `${formatNumber(required)}x and the variation within both runs (10x where a phase is too ` +
    `short to show it). ${UNDECIDED}: too few repetitions to decide. ` +
    `${moreRepetitions(comparison)} for a rank test.`
  );
}

/** Values of phases that a column did not complete. */
function incompleteSentence(comparison: Comparison): readonly string[] {
  const count = withheldFor(comparison, "incomplete");
  if (count === 0) return [];
  const values = count === 1 ? "1 ratio is" : `${formatCount(count)} ratios are`;
  return [`${values} marked ${UNDECIDED} because a column did not complete the phase.`];
}

/** Differences that the order of the runs does not separate from drift. */
function driftSentence(comparison: Comparison): readonly string[] {
  const count = withheldFor(comparison, "drift");
  if (count === 0) return [];
  const differ = count === 1 ? "1 difference is" : `${formatCount(count)} differences are`;
  return [
    `${differ} marked ${UNDECIDED} although the rank test separates the repetitions: the ` +
      "runs did not alternate or drifted apart, and storage may change as much over time. Run " +
      "`assay compare --interleave`.",
  ];
}

function withheldFor(comparison: Comparison, reason: Undecided): number {
  return contrastsOf(comparison).filter(({ withheld }) => withheld === reason).length;
}

function contrastsOf({ scenarios }: Comparison): readonly Contrast[] {
  return scenarios.flatMap(({ rows }) =>
    rows.flatMap(({ contrasts }) => contrasts.flatMap((column) => Object.values(column))),
  );
}

/** The order in which the runs of pooled columns started. */
export function orderSentences({ scenarios }: Comparison): readonly string[] {
  return scenarios.flatMap(({ scenario, order, runs }) => {
    if (order === null) return [];
    const letters = runs.map(({ label }, at) => `${letterOf(at)} is ${label}`).join(", ");
    const caveat = isConsecutive(order)
      ? " The columns did not alternate, so the difference includes whatever changed between " +
        "them. `assay compare --interleave` alternates them."
      : "";
    return [`Order of the ${scenario} runs: ${order} (${letters}).${caveat}`];
  });
}

/** Whether every column ended before the next one started. */
function isConsecutive(order: string): boolean {
  const letters = order.split(" ");
  const changes = letters.filter((letter, at) => at > 0 && letter !== letters[at - 1]).length;
  return changes === new Set(letters).size - 1;
}

/** The definitions of the terms that the tables use. */
export function definitionSection(comparison: Comparison): Section {
  return { title: "Definitions", blocks: [list(definitions(comparison))], isDetail: true };
}

function definitions({ testing, scenarios }: Comparison): readonly string[] {
  const repeated = scenarios.some(({ rows }) =>
    rows.some(({ cells }) => cells.some(({ compared }) => compared > 1)),
  );
  return [
    "ops/s: operations per second (IOPS) that completed without error during the phase. MB/s: " +
      "10^6 bytes per second, not MiB.",
    "p50, p99, p99.9: latency percentiles of single operations from issue to completion, from " +
      "the merged histogram of all workers.",
    ...(repeated
      ? [
          "Median: each value is the median over the repetitions; of an even number, the slower " +
            `of the two in the middle. ±: its 95% interval, from ${leastForMedian()} repetitions ` +
            "upward.",
        ]
      : []),
    ...(testing === null ? [] : ratioDefinitions(testing)),
    "–: no value; see the caveats.",
  ];
}

function ratioDefinitions({ fewest, most }: { fewest: number; most: number }): readonly string[] {
  const ofRepetitions =
    " Over repetitions, it is the median of the ratios of all pairs of repetitions " +
    "(Hodges-Lehmann estimate), and the 95% interval is that of this ratio; with few " +
    "repetitions, its lower confidence is shown.";
  return [
    "Ratio: value compared with that of the first column, as a factor from 1x with its " +
      "direction: 2x slower is half the rate or twice the latency. With ~ or ?, the " +
      "direction may be chance." +
      (most > 1 ? ofRepetitions : ""),
    ...(fewest === 1
      ? [
          "95% interval of single runs: variation within both runs only, from a block bootstrap " +
            "over their time series (1,000 replicates). About 90% of these intervals contain the " +
            "true ratio. Run-to-run variation adds to them.",
        ]
      : []),
    ...(most > 1
      ? [
          "Rank test: Wilcoxon-Mann-Whitney, with Holm's correction. If the columns alternated " +
            "(A B B A), at most 1 in 20 comparisons reports a difference that does not exist. " +
            "If not, a difference counts only beyond what such storage may change over time; a " +
            "lasting change between the columns still looks like a difference.",
        ]
      : []),
  ];
}
