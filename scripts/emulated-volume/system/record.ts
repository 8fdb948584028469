import { mkdir, readdir, readFile, rename, rmdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../../../src/model/fault/errors.ts";
import type { Hierarchy } from "./cgroup.ts";
import type { FileSystem } from "./device.ts";

/** Emptied at a boot, which ends loop devices and mounts too. */
const RECORDS = "/run/assay-volumes";

/** Everything that has to be known to take a volume down, written before any of it is made. */
export interface VolumeRecord {
  readonly id: string;
  /** For people: kind and limits. */
  readonly summary: string;
  readonly fileSystem: FileSystem;
  readonly backing: string;
  /** The volume whose group it shares, so that processes are under the limits of both. */
  readonly beside?: string;
  readonly hierarchy: Hierarchy;
  /** The process that controls the limits and takes the volume down. */
  readonly keeperPid: number;
}

/** Folder of a volume: its record and the folder it is mounted on. */
function folderOf(id: string): string {
  return join(RECORDS, id);
}

export function mountPointOf(id: string): string {
  return join(folderOf(id), "mount");
}

/** Name of a volume's control group: its own, or that of the volume it is beside. */
export function groupOf({ id, beside }: Pick<VolumeRecord, "id" | "beside">): string {
  return `assay-volume-${beside ?? id}`;
}

export async function writeRecord(record: VolumeRecord): Promise<void> {
  await mkdir(mountPointOf(record.id), { recursive: true });
  const path = join(folderOf(record.id), "volume.json");
  await writeFile(`${path}.part`, JSON.stringify(record));
  await rename(`${path}.part`, path);
}

/** Null where there is no such volume. */
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

/** Removes the record and the empty folders; what is not empty makes it fail. */
export async function removeRecord(id: string): Promise<void> {
  const ignoreMissing = (error: unknown) => {
    if (codeOf(error) !== "ENOENT") throw error;
  };
  await rmdir(mountPointOf(id)).catch(ignoreMissing);
  await unlink(join(folderOf(id), "volume.json")).catch(ignoreMissing);
  await rmdir(folderOf(id)).catch(ignoreMissing);
  // The last volume turns off the light.
  await rmdir(RECORDS).catch(() => {});
}

/** Whether a volume's keeper is alive; a number that another process has by now is not it. */
export async function keeperLives({ id, keeperPid }: VolumeRecord): Promise<boolean> {
  const command = await readFile(`/proc/${keeperPid}/cmdline`, "utf8").catch(() => "");
  return command.includes(id);
}
