import { exceedsDrift } from "../statistics/drift.ts";
import { holm } from "../statistics/holm.ts";
import {
  ALPHA,
  type Contrast,
  type Contrasts,
  type RawContrast,
  type RawContrasts,
  testingOf,
  type Undecided,
} from "./contrasts.ts";
import { exceedsRunToRun } from "./few-repetitions.ts";
import { COMPARED, METRIC_NAMES, type MetricName } from "./metrics.ts";

/** Corrects all p-values of a comparison together and decides what is significant. By row. */
export function corrected(rows: readonly RawContrasts[]): readonly (readonly Contrasts[])[] {
  const tested: RawContrast[] = rows.flatMap((row) =>
    row.flatMap((one) => Object.values(one).filter(({ p, same }) => p !== null && same === null)),
  );
  const adjusted = holm(tested.map(({ p }) => p ?? 1));
  const byTest = new Map(tested.map((one, at) => [one, adjusted[at] ?? 1]));
  const needed = testingOf(rows)?.needed ?? 0;
  return rows.map((row) =>
    row.map((column) => {
      const found: Partial<Record<MetricName, Contrast>> = {};
      for (const name of METRIC_NAMES) {
        const raw = column[name];
        if (raw === undefined) continue;
        const {
          same,
          drift: _,
          tested: count,
          smallest: ___,
          few: __,
          isComplete: ____,
          ...rest
        } = raw;
        const test = same === null ? raw : column[same];
        const adjustedP = test === undefined ? null : (byTest.get(test) ?? null);
        const byRank = significantByRank(name, raw, adjustedP);
        const significance = byRank ?? (count < needed ? significantByFactor(name, column) : null);
        const withheld = undecidedReason(raw, tested.length);
        const insignificant = { shown: null, shownBy: null, withheld };
        found[name] = { ...rest, adjustedP, ...(significance ?? insignificant) };
      }
      return found;
    }),
  );
}

/** Why a contrast that is not significant is undecided; null if the test decided it. */
function undecidedReason({ isComplete, smallest }: RawContrast, tests: number): Undecided | null {
  if (!isComplete) return "incomplete";
  return smallest * Math.max(1, tests) > ALPHA ? "few-repetitions" : null;
}

type Significance = Pick<Contrast, "shown" | "shownBy" | "withheld">;

/** Significance by the rank test, withheld if drift may explain it; null if p is too large. */
function significantByRank(
  name: MetricName,
  { superiority, ratio, drift }: RawContrast,
  adjustedP: number | null,
): Significance | null {
  if (adjustedP === null || adjustedP > ALPHA || superiority === null) return null;
  if (!exceedsDrift(ratio, drift)) return { shown: null, shownBy: null, withheld: "drift" };
  return { shown: direction(name, superiority > 0.5), shownBy: "rank-test", withheld: null };
}

/** Significance by the size of a difference between few repetitions; null if it is too small. */
function significantByFactor(
  name: MetricName,
  column: Readonly<Partial<Record<MetricName, RawContrast>>>,
): Significance | null {
  const raw = column[name];
  if (raw?.isComplete !== true) return null;
  if (!exceedsRunToRun(name, raw.few, column.operations?.few ?? null)) return null;
  return { shown: direction(name, raw.ratio > 1), shownBy: "run-to-run", withheld: null };
}

function direction(name: MetricName, isMore: boolean): "faster" | "slower" {
  return isMore === (COMPARED[name].faster === "more") ? "faster" : "slower";
}
