import type { Comparison, ScenarioComparison } from "../../metrics/compare/compare.ts";
import type { Contrast } from "../../metrics/compare/contrasts.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import { MAX_POOLED, type PooledCurve } from "../../metrics/series/pooled.ts";
import {
  type Block,
  code,
  type Inline,
  type Notice,
  paragraph,
  sentenceText,
  strong,
  type Tile,
  type Tiles,
  type Tone,
} from "../parts/document.ts";
import { capitalized, formatCount, MISSING } from "../parts/format.ts";
import { curveCharts } from "./curves.ts";
import { forestCharts } from "./forest.ts";
import { type Metric, medianIn, P99, rateOf, shownIn, unitOf } from "./metrics.ts";
import type { ColumnNames } from "./names.ts";
import {
  factorText,
  moreRepetitions,
  outcomeOf,
  outcomeWords,
  ratioText,
  remedyOf,
} from "./outcome.ts";
import { repetitionCharts } from "./repetitions.ts";
import { confidenceText, intervalText } from "./table.ts";

/** One column compared with the first one in one workload. */
interface Pair {
  readonly row: ComparedRow;
  /** Index of the column. */
  readonly column: number;
  readonly label: string;
  readonly firstLabel: string;
}

/**
 * First part of the page of a comparison: the outcome in one sentence, tiles, then charts. `curves`
 * are latencies by percentile; empty without stored histograms.
 */
export function comparisonView(
  comparison: Comparison,
  curves: readonly PooledCurve[],
): readonly Block[] {
  // Charts have room for whole names: the letters of tables are explained further down.
  const names: ColumnNames = new Map(comparison.labels.map((label) => [label, label]));
  const pairs = comparison.scenarios.flatMap(pairsOf);
  const workloads = new Set(pairs.map(({ row }) => row)).size;
  return [
    ...noticesOf(pairs, comparison),
    tilesOf(pairs),
    ...comparison.scenarios.flatMap((scenario) => [
      ...forestCharts(comparison, scenario, names),
      ...curveCharts(scenario, curves, names),
      ...repetitionCharts(comparison, scenario, names),
    ]),
    ...(workloads > MAX_POOLED ? [paragraph(FIRST_ONLY)] : []),
  ];
}

const FIRST_ONLY =
  `Curves and repetitions cover the first ${MAX_POOLED} workloads. ` +
  "The tables below cover all of them.";

function pairsOf({ runs, rows }: ScenarioComparison): readonly Pair[] {
  const firstLabel = runs[0]?.label ?? "";
  return rows.flatMap((row) =>
    runs.slice(1).map(({ label }, at) => ({ row, column: at + 1, label, firstLabel })),
  );
}

/** One sentence per column: values of a single workload, counts of several. */
function noticesOf(pairs: readonly Pair[], comparison: Comparison): readonly Notice[] {
  const byColumn = Map.groupBy(pairs, ({ label }) => label);
  return [...byColumn.values()].flatMap((own) => {
    const [only, ...others] = own;
    if (only === undefined) return [];
    return [others.length === 0 ? noticeOfOne(only, comparison) : noticeOfMany(own, comparison)];
  });
}

function noticeOfOne({ row, column, label, firstLabel }: Pair, comparison: Comparison): Notice {
  const metric = rateOf(row);
  const contrast = row.contrasts[column]?.[metric.name];
  const [base, value] = [row.cells[0], row.cells[column]].map((one) =>
    one === undefined ? null : medianIn(one, metric),
  );
  const names: readonly Inline[] = [code(label), " and ", code(firstLabel)];
  if (contrast === undefined || base == null || value == null) {
    return { kind: "notice", tone: "caveat", text: [...names, " have no rate in common."] };
  }
  const unit = unitOf(metric, [base]);
  const shown = (one: number) => shownIn(metric, one, unit);
  const { interval, shown: direction } = contrast;
  const range =
    interval === null
      ? ""
      : `, ${confidenceText(interval.confidence)} interval ${intervalText(contrast, interval)}`;
  const numbers =
    `: ${shown(value)} against ${shown(base)} ${unit.name} ` +
    `(${ratioOf(metric, contrast)}${range}).`;
  if (direction !== null) {
    const text = [code(label), " is ", strong(direction), " than ", code(firstLabel), numbers];
    return { kind: "notice", tone: TONES[direction], text };
  }
  const [outcome = "", reason] = outcomeWords(contrast).split(": ");
  const remedy = remedyOf(contrast, comparison);
  const text = [
    strong(capitalized(outcome)),
    " between ",
    ...names,
    reason === undefined ? numbers : numbers.replace(/\)\.$/, `; ${reason}).`),
    ...(remedy === "" ? [] : [" ", ...sentenceText(remedy)]),
  ];
  return { kind: "notice", tone: contrast.withheld === null ? "neutral" : "caveat", text };
}

/** The ratio; of a difference that only its size shows, with its mark. */
function ratioOf(metric: Metric, contrast: Contrast): string {
  return contrast.shown === null ? factorText(metric, contrast) : ratioText(metric, contrast);
}

const TONES = { faster: "good", slower: "bad" } as const;

function noticeOfMany(own: readonly Pair[], comparison: Comparison): Notice {
  const [first] = own;
  const counts = countsOf(own);
  const { slower, faster, none, few, undecided } = counts;
  const counted: readonly (readonly [number, Inline])[] = [
    [slower, strong(`${formatCount(slower)} slower`)],
    [faster, strong(`${formatCount(faster)} faster`)],
    [none, `${formatCount(none)} without a significant difference`],
    [few, `${formatCount(few)} with too few repetitions to decide`],
    [undecided, `${formatCount(undecided)} not decided for other reasons`],
  ];
  const parts = counted.filter(([count]) => count > 0).map(([, text]) => text);
  const text: readonly Inline[] = [
    code(first?.label ?? ""),
    " compared with ",
    code(first?.firstLabel ?? ""),
    ` by the rate of ${formatCount(own.length)} workloads: `,
    ...parts.flatMap((part, at) => (at === 0 ? [part] : [", ", part])),
    few === 0 ? "." : `. ${moreRepetitions(comparison)}.`,
  ];
  return { kind: "notice", tone: toneOf(counts), text };
}

function toneOf({ slower, faster, few, undecided }: OutcomeCounts): Tone {
  if (slower > 0) return faster > 0 ? "caveat" : "bad";
  if (few + undecided > 0) return "caveat";
  return faster > 0 ? "good" : "neutral";
}

/** Number of rates by outcome. */
interface OutcomeCounts {
  readonly faster: number;
  readonly slower: number;
  readonly none: number;
  /** Undecided because of too few repetitions. */
  readonly few: number;
  /** Undecided for another reason, or without a rate in common. */
  readonly undecided: number;
}

function countsOf(pairs: readonly Pair[]): OutcomeCounts {
  const counts = { faster: 0, slower: 0, none: 0, few: 0, undecided: 0 };
  for (const { row, column } of pairs) {
    const contrast = row.contrasts[column]?.[rateOf(row).name];
    const outcome = contrast === undefined ? "undecided" : outcomeOf(contrast);
    counts[contrast?.withheld === "few-repetitions" ? "few" : outcome]++;
  }
  return counts;
}

/** Values of both columns of a single workload; else counts. */
function tilesOf(pairs: readonly Pair[]): Tiles {
  const [only, ...others] = pairs;
  if (only !== undefined && others.length === 0) return { kind: "tiles", tiles: valueTiles(only) };
  const { faster, slower, none, few, undecided } = countsOf(pairs);
  const tile = (count: number, label: string, tone: Tone): Tile => {
    const noun = count === 1 ? "rate" : "rates";
    const shownTone = count === 0 ? "neutral" : tone;
    return { value: formatCount(count), label: `${noun} ${label}`, tone: shownTone };
  };
  const tiles = [
    tile(pairs.length, "compared", "neutral"),
    tile(slower, "slower", "bad"),
    tile(faster, "faster", "good"),
    tile(none, "without a significant difference", "neutral"),
    ...(few === 0 ? [] : [tile(few, "with too few repetitions", "caveat")]),
    ...(undecided === 0 ? [] : [tile(undecided, "not decided for other reasons", "caveat")]),
  ];
  return { kind: "tiles", tiles };
}

function valueTiles({ row, column, label, firstLabel }: Pair): readonly Tile[] {
  return [rateOf(row), P99].flatMap((metric): Tile[] => {
    const values = [row.cells[0], row.cells[column]].map((one) =>
      one === undefined ? null : medianIn(one, metric),
    );
    const value = (one: number | null) => {
      const unit = unitOf(metric, [one]);
      return one === null ? MISSING : `${shownIn(metric, one, unit)} ${unit.name}`;
    };
    const contrast = row.contrasts[column]?.[metric.name];
    const tone = contrast?.shown == null ? "neutral" : TONES[contrast.shown];
    const name = metric.kind === "latency" ? `${metric.title} of` : "rate of";
    return [
      { value: value(values[0] ?? null), label: `${name} ${firstLabel}`, tone: "neutral" },
      { value: value(values[1] ?? null), label: `${name} ${label}`, tone },
    ];
  });
}
