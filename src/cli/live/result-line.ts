import { noRateReason } from "../../metrics/phase-result.ts";
import type { PhaseResult } from "../../model/run/run.ts";
import { formatCount, formatIops, formatRate } from "../../report/parts/format.ts";
import { statisticText } from "../../report/parts/latency-cell.ts";

/** Returns the result of a phase as one line: its rate, or why it has none. */
export function resultLine(result: PhaseResult): string {
  const all = result.summaries[0];
  const missing = noRateReason(result, all?.operations ?? 0);
  const rate =
    `${formatIops(all?.operationsPerSecond)} ops/s, ${formatRate(all?.bytesPerSecond)}, ` +
    `p99 ${statisticText(all?.latency, "p99")}`;
  const measured = missing === null ? rate : `nothing measured: ${missing}`;
  const state = result.state === "complete" ? "" : ` [${result.state}: ${result.reason ?? ""}]`;
  return `${result.phase.name}: ${measured}, ${formatCount(all?.errors)} errors${state}`;
}
