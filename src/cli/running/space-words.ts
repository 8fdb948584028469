import type { Plan } from "../../model/plan/plan.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { formatBytes, formatDuration, formatRate } from "../../report/parts/format.ts";
import { autoClauses } from "../../report/run/words/auto.ts";
import type { StorageFacts } from "../../scenario/fit/facts.ts";
import type { PlanSpace } from "../../scenario/fit/space.ts";
import { timedWritesNs } from "../estimate/budget.ts";
import type { PrepareRates } from "../estimate/estimate.ts";

/** A plan on a target, its space, and how fast the target takes data; null rates: unknown. */
export interface AnnouncedSpace {
  readonly plan: Plan;
  readonly target: Pick<TargetSpec, "provisioned">;
  readonly space: PlanSpace;
  readonly facts: StorageFacts;
  readonly rates: PrepareRates | null;
}

/**
 * One clause about the data of a run: bytes written, space needed and free, and each size that was
 * chosen to fit: `writes 1 GiB; needs 1 GiB of 1.3 GiB free; data: 4 × 256 MiB, …`.
 */
export function spaceWords(run: AnnouncedSpace): string {
  return [writtenWords(run), neededWords(run), ...autoClauses(run.plan)].join("; ");
}

function writtenWords(run: AnnouncedSpace): string {
  const { preparedBytes, loadBytes } = run.space;
  const bytes = preparedBytes + loadBytes;
  const timedNs = timedWritesNs(run.plan);
  if (timedNs === 0) return bytes === 0 ? "writes nothing" : `writes ${formatBytes(bytes)}`;
  const time = formatDuration(timedNs);
  const timed = `as much as the storage takes in ${time} of writes${limitWords(run, timedNs)}`;
  return bytes === 0 ? `writes ${timed}` : `writes ${formatBytes(bytes)}, and ${timed}`;
}

/** An upper estimate of the bytes of timed writes, and the source of its rate; empty if unknown. */
function limitWords({ rates, target }: AnnouncedSpace, timedNs: number): string {
  const provisioned = target.provisioned.throughputBytesPerSecond;
  const bytesPerSecond = rates?.bytesPerSecond ?? provisioned;
  if (bytesPerSecond === undefined) return "";
  const basis = rates?.basis ?? "provisioned";
  const bytes = formatBytes((bytesPerSecond * timedNs) / 1e9);
  return ` (up to about ${bytes} at ${formatRate(bytesPerSecond)}, ${basis})`;
}

function neededWords({ space, facts }: AnnouncedSpace): string {
  const { kind, freeBytes, keptBytes = 0 } = facts;
  const needed = formatBytes(space.peakBytes);
  if (freeBytes === null) return `needs ${needed}`;
  const of = kind === "device" ? "on the device" : "free";
  const kept =
    keptBytes === 0 ? "" : ` besides ${formatBytes(keptBytes)} for other data that is kept`;
  return `needs ${needed} of ${formatBytes(freeBytes)} ${of}${kept}`;
}
