import { reportedRates } from "../../../metrics/phase-result.ts";
import type { PhaseResult } from "../../../model/run/run.ts";
import { formatIops } from "../../parts/format.ts";

/** Smallest distance of two levels, a share of the lower one, that makes their mean misleading. */
const NOTABLE_SHARE = 0.5;

/** A change of the rate in the reported part: its mean is neither level. Null: none of note. */
export function rateChangeFact(result: PhaseResult): string | null {
  const rates = reportedRates(result);
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  if (rates.length < 2 || high < low * (1 + NOTABLE_SHARE)) return null;
  const steps = rates.map((rate) => `${formatIops(rate)}/s`);
  return `The rate changed during the phase: ${steps.join(", then ")}`;
}
