import { letterOf } from "../../metrics/compare/columns.ts";
import type { Comparison } from "../../metrics/compare/compare.ts";
import { ALPHA, type Testing } from "../../metrics/compare/contrasts.ts";
import { leastForMedian } from "../../metrics/statistics/median.ts";
import { list } from "../parts/document.ts";
import { formatCount, formatShare } from "../parts/format.ts";
import type { Section } from "../report.ts";

/**
 * What was tested and what that can show, in a sentence or two before the tables; null where no
 * number stands beside another.
 */
export function testSentence(comparison: Comparison): string | null {
  const { testing } = comparison;
  if (testing === null) return null;
  const { fewest, most, needed } = testing;
  if (most === 1) {
    return (
      "There are not two repetitions of each: how much runs differ by chance is not known, and " +
      `every ratio is marked ~ for "nothing can be said". ${neededSentence(testing)}`
    );
  }
  const level = formatShare(ALPHA);
  const tested =
    "A difference is called faster or slower where a rank test over repetitions shows it at " +
    `${level}, corrected over all ${formatCount(testing.tests)} of these tables; ~ means that ` +
    "nothing can be said.";
  const few = fewest < needed ? [neededSentence(testing)] : [];
  return [tested, ...few, ...withheldSentence(comparison)].join(" ");
}

/** Differences that the order of the runs does not let anyone tell from drift. */
function withheldSentence({ scenarios }: Comparison): readonly string[] {
  const all = scenarios.flatMap(({ rows }) =>
    rows.flatMap(({ contrasts }) => contrasts.flatMap((column) => Object.values(column))),
  );
  const count = all.filter(({ withheld }) => withheld !== null).length;
  if (count === 0) return [];
  const many = count === 1 ? "1 difference is" : `${formatCount(count)} differences are`;
  return [
    `${many} marked ~ although the rank test separates the repetitions: the columns did not take ` +
      "turns or drifted apart, and storage may change as much over time. Run it with `assay " +
      "compare --interleave`.",
  ];
}

/** The computed note: how many repetitions it takes. */
function neededSentence({ needed, tests }: Testing): string {
  const any = tests === 1 ? "the difference" : `any of ${formatCount(tests)} differences`;
  return `At least ${needed} repetitions of each are needed before ${any} can be shown.`;
}

/** In which order the runs of pooled columns were made. */
export function orderSentences({ scenarios }: Comparison): readonly string[] {
  return scenarios.flatMap(({ scenario, order, runs }) => {
    if (order === null) return [];
    const letters = runs.map(({ label }, at) => `${letterOf(at)} is ${label}`).join(", ");
    const apart = isApart(order);
    const doubt = apart
      ? " They took no turns: whatever changed meanwhile is in the difference. `assay compare " +
        "--interleave` takes turns."
      : "";
    return [`The runs of ${scenario} were made in this order: ${order} (${letters}).${doubt}`];
  });
}

/** Whether every column was over before the next began. */
function isApart(order: string): boolean {
  const letters = order.split(" ");
  const changes = letters.filter((letter, at) => at > 0 && letter !== letters[at - 1]).length;
  return changes === new Set(letters).size - 1;
}

/** How to read the tables. */
export function readingSection(comparison: Comparison): Section {
  return { title: "How to read this", blocks: [list(readingItems(comparison))] };
}

function readingItems(comparison: Comparison): readonly string[] {
  const single = comparison.testing?.fewest === 1;
  return [
    "op/s: operations completed without error inside the phase, a second (IOPS). MB/s: 10^6 " +
      "bytes a second, not MiB.",
    "p50, p99, p99.9: latency of single operations from issue to completion, from the merged " +
      "histogram of all workers. Percentiles are never averaged.",
    "Where a phase was repeated, each number is the median over its repetitions (of an even " +
      `number, the slower of the two in the middle). ± is its 95 % interval, from ` +
      `${leastForMedian()} repetitions on.`,
    "A ratio divides by the first column. For op/s and MB/s more than 1x is faster; for " +
      "latencies more than 1x is slower. Of repetitions it is the median over all pairs " +
      "(Hodges-Lehmann), and the 95 % interval is that of this ratio; with few repetitions it is " +
      "less sure, as it says.",
    ...(single
      ? [
          "With one repetition of each, the interval is of chance inside the two runs alone, " +
            "from their time lines put together anew 1,000 times in blocks of neighbouring " +
            "intervals. Nine in ten of such intervals hold what they should, not 95 in 100; " +
            "and two runs may differ by more without any reason.",
        ]
      : []),
    "faster, slower: a Wilcoxon-Mann-Whitney test over repetitions, with Holm's correction. " +
      "Where the columns took turns (A B B A), at most one comparison in twenty calls anything " +
      "different that is not. Without turns a difference counts only beyond what such storage " +
      "may change over time, and a lasting change that falls between the columns cannot be told " +
      "from a difference.",
    "– means that there is no number; the note beside it says why.",
  ];
}
