import type { Plan } from "../../model/plan/plan.ts";
import { formatBytes } from "../../report/parts/format.ts";
import { autoClauses } from "../../report/run/words/auto.ts";
import type { StorageFacts } from "../../scenario/fit/facts.ts";
import type { PlanSpace } from "../../scenario/fit/space.ts";

/**
 * One clause about the data of a run: bytes written, space needed and free, and each size that was
 * chosen to fit: `writes 1 GiB; needs 1 GiB of 1.3 GiB free; data: 4 × 256 MiB, …`.
 */
export function spaceWords(plan: Plan, space: PlanSpace, facts: StorageFacts): string {
  return [writtenWords(space), neededWords(space, facts), ...autoClauses(plan)].join("; ");
}

function writtenWords({ preparedBytes, loadBytes, timedWriters }: PlanSpace): string {
  const bytes = preparedBytes + loadBytes;
  const phases = timedWriters.length === 1 ? "1 phase" : `${timedWriters.length} phases`;
  const timed = timedWriters.length === 0 ? "" : `${phases} for a time`;
  if (bytes === 0) return timed === "" ? "writes nothing" : `writes in ${timed}`;
  return `writes ${formatBytes(bytes)}${timed === "" ? "" : ` and in ${timed}`}`;
}

function neededWords({ peakBytes }: PlanSpace, { kind, freeBytes }: StorageFacts): string {
  const needed = formatBytes(peakBytes);
  if (freeBytes === null) return `needs ${needed}`;
  const of = kind === "device" ? "on the device" : "free";
  return `needs ${needed} of ${formatBytes(freeBytes)} ${of}`;
}
