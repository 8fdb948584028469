import { mkdir, readdir, readFile, rename, rmdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../../../model/fault/errors.ts";
import type { Hierarchy } from "./cgroup.ts";
import type { FileSystem } from "./device.ts";

/** Emptied at boot, like loop devices and mounts. */
const RECORDS = "/run/assay-volumes";

/** Data to remove a volume, written before any part is made. */
export interface VolumeRecord {
  readonly id: string;
  /** Description: kind and limits. */
  readonly summary: string;
  readonly fileSystem: FileSystem;
  readonly backing: string;
  /** Id of the volume whose group it shares, so that processes get the limits of both. */
  readonly beside?: string;
  readonly hierarchy: Hierarchy;
  /** Process that controls the limits and removes the volume. */
  readonly keeperPid: number;
}

/** Directory of a volume: its record and its mount point. */
function folderOf(id: string): string {
  return join(RECORDS, id);
}

export function mountPointOf(id: string): string {
  return join(folderOf(id), "mount");
}

/** Name of the control group: the volume's, or the one of the volume in `beside`. */
export function groupOf({ id, beside }: Pick<VolumeRecord, "id" | "beside">): string {
  return `assay-volume-${beside ?? id}`;
}

export async function writeRecord(record: VolumeRecord): Promise<void> {
  await mkdir(mountPointOf(record.id), { recursive: true });
  const path = join(folderOf(record.id), "volume.json");
  await writeFile(`${path}.part`, JSON.stringify(record));
  await rename(`${path}.part`, path);
}

/** Reads a record; null if there is no such volume. */
export async function readRecord(id: string): Promise<VolumeRecord | null> {
  try {
    return JSON.parse(await readFile(join(folderOf(id), "volume.json"), "utf8")) as VolumeRecord;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return null;
    throw error;
  }
}

export async function readRecords(): Promise<readonly VolumeRecord[]> {
  const names = await readdir(RECORDS).catch((): string[] => []);
  const records = await Promise.all(names.sort().map(readRecord));
  return records.filter((record) => record !== null);
}

/** Removes the record and its empty directories. @throws Error if one is not empty */
export async function removeRecord(id: string): Promise<void> {
  const ignoreMissing = (error: unknown) => {
    if (codeOf(error) !== "ENOENT") throw error;
  };
  await rmdir(mountPointOf(id)).catch(ignoreMissing);
  await unlink(join(folderOf(id), "volume.json")).catch(ignoreMissing);
  await rmdir(folderOf(id)).catch(ignoreMissing);
  // The last volume removes the common directory.
  await rmdir(RECORDS).catch(() => {});
}

/** Whether a volume's keeper is alive; its process id may belong to another process now. */
export async function keeperLives({ id, keeperPid }: VolumeRecord): Promise<boolean> {
  const command = await readFile(`/proc/${keeperPid}/cmdline`, "utf8").catch(() => "");
  return command.includes(id);
}
