import type { Comparison, ScenarioComparison } from "../../metrics/compare/compare.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import { MAX_POOLED, type PooledCurve } from "../../metrics/series/pooled.ts";
import {
  type Block,
  code,
  type Inline,
  type Notice,
  paragraph,
  strong,
  type Tile,
  type Tiles,
  type Tone,
} from "../parts/document.ts";
import { formatCount, MISSING } from "../parts/format.ts";
import { curveCharts } from "./curves.ts";
import { forestCharts, outcomeWords } from "./forest.ts";
import { medianIn, P99, rateOf, shownIn, unitOf } from "./metrics.ts";
import type { ColumnNames } from "./names.ts";
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
    ...noticesOf(pairs),
    tilesOf(pairs),
    ...comparison.scenarios.flatMap((scenario) => [
      ...forestCharts(scenario, names),
      ...curveCharts(scenario, curves, names),
      ...repetitionCharts(scenario, names),
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
function noticesOf(pairs: readonly Pair[]): readonly Notice[] {
  const byColumn = Map.groupBy(pairs, ({ label }) => label);
  return [...byColumn.values()].flatMap((own) => {
    const [only, ...others] = own;
    if (only === undefined) return [];
    return [others.length === 0 ? noticeOfOne(only) : noticeOfMany(own)];
  });
}

function noticeOfOne({ row, column, label, firstLabel }: Pair): Notice {
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
  const { interval } = contrast;
  const range =
    interval === null
      ? ""
      : `, ${confidenceText(interval.confidence)} interval ${intervalText(contrast, interval)}`;
  const numbers =
    `: ${shown(value)} against ${shown(base)} ${unit.name} ` +
    `(${outcomeWords(metric, contrast).replace(", not significant", "")}${range}).`;
  if (contrast.shown === null) {
    const text = [strong("No significant difference"), " between ", ...names, numbers];
    return { kind: "notice", tone: "neutral", text };
  }
  const text = [code(label), " is ", strong(contrast.shown), " than ", code(firstLabel), numbers];
  return { kind: "notice", tone: TONES[contrast.shown], text };
}

const TONES = { faster: "good", slower: "bad" } as const;

function noticeOfMany(own: readonly Pair[]): Notice {
  const [first] = own;
  const counts = countsOf(own);
  const parts = (["slower", "faster"] as const).flatMap((one): Inline[] =>
    counts[one] === 0 ? [] : [strong(`${formatCount(counts[one])} ${one}`), ", "],
  );
  const text: readonly Inline[] = [
    code(first?.label ?? ""),
    " compared with ",
    code(first?.firstLabel ?? ""),
    ` by the rate of ${formatCount(own.length)} workloads: `,
    ...parts,
    `${formatCount(counts.none)} without a significant difference.`,
  ];
  const { slower, faster } = counts;
  const tone: Tone = slower > 0 ? (faster > 0 ? "caveat" : "bad") : faster > 0 ? "good" : "neutral";
  return { kind: "notice", tone, text };
}

function countsOf(pairs: readonly Pair[]) {
  const counts = { faster: 0, slower: 0, none: 0 };
  for (const { row, column } of pairs) {
    counts[row.contrasts[column]?.[rateOf(row).name]?.shown ?? "none"]++;
  }
  return counts;
}

/** Values of both columns of a single workload; else counts. */
function tilesOf(pairs: readonly Pair[]): Tiles {
  const [only, ...others] = pairs;
  if (only !== undefined && others.length === 0) return { kind: "tiles", tiles: valueTiles(only) };
  const { faster, slower, none } = countsOf(pairs);
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
