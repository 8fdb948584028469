/**
 * Several hosts of one run that share its data: the keeper opens the run and holds its data, the
 * members join it. A member finds the data by the run's id in the manifest: the run's own data, or
 * kept data of an earlier run that it uses.
 */
import { randomBytes } from "node:crypto";
import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetPlan } from "../../model/plan/dataset.ts";
import type { CleanReport } from "../target/target.ts";
import { NotVisibleError } from "../target/visible.ts";
import { thisHolder } from "./lock.ts";
import { type Holder, type Manifest, sameDatasets } from "./manifest.ts";

/** Makes the token of a run's data: 128 random bits in hexadecimal digits. */
export function makeToken(): string {
  return randomBytes(16).toString("hex");
}

/** Whether a manifest is that of data which run `runId` uses. */
export function isUsedBy(manifest: Manifest | null, runId: string): boolean {
  return manifest?.holder?.runId === runId;
}

/** Whether a manifest is that of the data of run `runId`, or of data which it uses. */
export function isJoinable(manifest: Manifest | null, runId: string): manifest is Manifest {
  if (manifest === null || manifest.holder === null) return false;
  return manifest.runId === runId || isUsedBy(manifest, runId);
}

/** Whether a run uses data of an earlier run. */
export function isOfEarlierRun({ holder, runId }: Manifest): boolean {
  return holder !== null && holder.runId !== runId;
}

/** The error if a host sees no data of a run that another host opened. */
export function notVisible(place: string, runId: string): NotVisibleError {
  return new NotVisibleError(
    `this host sees no data of run ${runId} in ${place}, which another host opened there; the ` +
      "hosts may use different storage; mount the same storage on all of them, and run again",
  );
}

/** Checks that the keeper's manifest lists the datasets of this member's plan. */
export function checkSameDatasets(manifest: Manifest, datasets: readonly DatasetPlan[]): void {
  const listed = manifest.datasets.map(({ plan }) => plan);
  if (!sameDatasets(listed, datasets)) throw new Error("the keeper has other datasets");
}

/** Whether two holders are the same process. */
export function isSameHolder(one: Holder | null, other: Holder | null): boolean {
  if (one === null || other === null) return one === other;
  const { bootId, pidNamespace, pid, processStart, host, runId } = one;
  return (
    runId === other.runId &&
    host === other.host &&
    bootId === other.bootId &&
    pidNamespace === other.pidNamespace &&
    pid === other.pid &&
    processStart === other.processStart
  );
}

/**
 * Manifest by which this process holds the data of its run instead of the lost keeper.
 *
 * @param joined manifest at the time of joining
 * @param found manifest now; null if there is none
 * @throws PreflightError if the data is gone, or another process holds it
 */
export function takenOver(joined: Manifest, found: Manifest | null, where: string): Manifest {
  if (found === null) {
    throw new PreflightError(`${where} has no manifest any more: its data was removed`);
  }
  if (!isSameHolder(found.holder, joined.holder)) throw new PreflightError(heldBy(found, where));
  return { ...found, holder: thisHolder(joined.holder?.runId ?? joined.runId) };
}

/** Message that another process holds the data of a run. */
function heldBy({ holder }: Manifest, where: string): string {
  if (holder === null) return `no process holds ${where} any more`;
  return `process ${holder.pid} on ${holder.host} has taken over ${where}`;
}

/**
 * Cleanup report of a keeper whose data a member has taken over, because the other hosts had lost
 * the keeper; null if it still holds the data.
 *
 * @param own manifest as this process wrote it
 * @param found manifest now; null if there is none
 */
export function reportTakenOver(
  own: Manifest,
  found: Manifest | null,
  where: string,
): CleanReport | null {
  if (found === null || isSameHolder(found.holder, own.holder)) return null;
  const left = [`${heldBy(found, where)}, and removes its data`];
  return { removedFiles: 0, removedBytes: 0, left };
}
