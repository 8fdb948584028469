import { isCrowded, WITHOUT_WORKERS } from "../../../metrics/generator/worker-advice.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import type { WarningRow } from "../../../model/warnings/warning-row.ts";
import { capitalized, sentence } from "../../parts/format.ts";

/** Whether another caveat of the run contradicts the usual remedy of a warning. */
export function hasOtherRemedy({ phases }: Run, code: string): boolean {
  return Object.hasOwn(WITHOUT_WORKERS, code) && phases.some(({ warnings }) => isCrowded(warnings));
}

/**
 * Remedy of a caveat of several phases. That of a rate that the load generator limits differs by
 * its cause, and is never more workers where another caveat is a remedy with fewer.
 */
export function remedyOf(
  run: Run,
  code: string,
  results: ReadonlySet<PhaseResult>,
  row: WarningRow,
): string {
  if (hasOtherRemedy(run, code)) return WITHOUT_WORKERS[code] ?? row.remedy;
  const advices = new Set([...results].map(({ harness }) => harness?.bound?.advice));
  const [advice] = advices;
  if (code !== "client-bound" || advices.size !== 1 || advice === undefined) return row.remedy;
  return sentence(capitalized(advice));
}
