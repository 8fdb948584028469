import type { Comparison } from "../../metrics/compare/compare.ts";
import type { Contrast, Contrasts } from "../../metrics/compare/contrasts.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import { leadSentences } from "../comparison/lead.ts";
import { metricsOf } from "../comparison/metrics.ts";
import { workloadName } from "../comparison/names.ts";
import { moreRepetitions } from "../comparison/outcome.ts";
import { plain } from "../parts/document.ts";
import { formatCount, formatRatio } from "../parts/format.ts";
import type { Document } from "../report.ts";
import { type JobVerdict, jobSummary } from "./summary.ts";

/** The job summary of a comparison: significant differences from the first column. */
export function comparisonSummary(comparison: Comparison, document: Document): Document {
  return jobSummary(comparisonVerdict(comparison), [{ title: document.title, document }]);
}

/** One value of a column that differs significantly from that of the first column. */
interface Difference {
  readonly shown: NonNullable<Contrast["shown"]>;
  /** Scenario, workload and, with several columns, the column. */
  readonly where: string;
  /** Name of the metric. */
  readonly title: string;
  readonly ratio: number;
}

/**
 * Good without a slower value, bad if storage of the same kind is slower; open if the kinds differ,
 * if a value is undecided, or if a column is incomplete or has another plan.
 */
function comparisonVerdict(comparison: Comparison): JobVerdict {
  const { values, differences, undecided, few } = differencesOf(comparison);
  const count = (shown: Difference["shown"]): number =>
    differences.filter((one) => one.shown === shown).length;
  const slower = count("slower");
  const faster = count("faster");
  const lead = leadSentences(comparison).map(plain);
  const [first = "the first run"] = comparison.labels;
  const parts = [
    ...(slower > 0 ? [`${formatCount(slower)} slower`] : []),
    ...(faster > 0 ? [`${formatCount(faster)} faster`] : []),
    ...(few === values && few > 0 ? ["too few repetitions to decide"] : []),
    ...(few < values && few > 0 ? [`${formatCount(few)} with too few repetitions to decide`] : []),
    ...(undecided > few ? [`${formatCount(undecided - few)} not decided`] : []),
  ];
  const all = `${formatCount(values)} ${values === 1 ? "value" : "values"}`;
  const found = parts.length === 0 ? "no significant difference" : parts.join(", ");
  // Storage of another kind may be slower without a regression.
  const kinds = new Set(
    comparison.scenarios.flatMap(({ runs }) => runs.map((run) => run.targetKind)),
  );
  const isOpen = lead.length > 0 || values === 0 || slower > 0 || undecided > 0;
  const reasons = [...differences]
    .sort((a, b) => Number(b.shown === "slower") - Number(a.shown === "slower"))
    .map((one) => `${one.where}: ${one.title} ${one.shown}, ratio ${formatRatio(one.ratio)}`);
  const remedy = few === 0 ? [] : [moreRepetitions(comparison)];
  return {
    mark: slower > 0 && kinds.size === 1 ? "bad" : isOpen ? "open" : "good",
    headline: `${found} in ${all} compared with ${first}`,
    reasons: [...lead, ...reasons, ...remedy],
  };
}

/**
 * The number of compared values, those that differ significantly, and the numbers of undecided ones
 * and of those with too few repetitions.
 */
export function differencesOf({ labels, scenarios }: Comparison) {
  const contrasts = scenarios.flatMap(({ scenario, rows, runs }) =>
    rows.flatMap((row) =>
      row.contrasts.flatMap((column, at) => {
        const label = labels.length > 2 ? ` on ${runs[at]?.label ?? ""}` : "";
        const where = `${scenario}, ${workloadName(row)}${label}`;
        return contrastsIn(column, row).map(([title, contrast]) => ({ where, title, contrast }));
      }),
    ),
  );
  const differences = contrasts.flatMap(({ where, title, contrast }): readonly Difference[] => {
    const { shown, ratio } = contrast;
    if (shown === null) return [];
    return [{ shown, where, title, ratio }];
  });
  const reasons = contrasts.flatMap(({ contrast }) => contrast.withheld ?? []);
  const few = reasons.filter((reason) => reason === "few-repetitions").length;
  return { values: contrasts.length, differences, undecided: reasons.length, few };
}

/** The values of one column that are compared, with the titles that tables show. */
function contrastsIn(column: Contrasts, row: ComparedRow): readonly [string, Contrast][] {
  return metricsOf(row).flatMap(({ name, title }): readonly [string, Contrast][] => {
    const contrast = column[name];
    return contrast === undefined ? [] : [[title, contrast]];
  });
}
