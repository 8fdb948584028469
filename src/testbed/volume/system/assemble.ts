/**
 * The parts of the system that make a volume: a loop device, a file system, a control group and a
 * record of all of them. `dismantle.ts` removes exactly what the record names.
 */

import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../../../model/fault/errors.ts";
import { ThrottledGroup } from "./cgroup.ts";
import { attach, mountNew, numberOf, splitAt } from "./device.ts";
import { groupOf, mountPointOf, type VolumeRecord, writeRecord } from "./record.ts";

/** An assembled volume without limits. */
export interface Assembled {
  readonly device: string;
  /** `7:3` */
  readonly deviceNumber: string;
  /** The mount point; without a file system, the device. */
  readonly path: string;
  readonly group: ThrottledGroup;
}

/** Makes a volume without its limits. After a failure, the caller removes the parts. */
export async function assemble(
  record: VolumeRecord,
  sizeBytes: number,
  operationBytes: number,
): Promise<Assembled> {
  await checkSpace(dirname(record.backing), sizeBytes);
  await writeRecord(record);
  const group = new ThrottledGroup(record.hierarchy, groupOf(record));
  if (record.beside === undefined) await group.create();
  const device = await attach(record.backing, sizeBytes);
  const mountPoint = mountPointOf(record.id);
  await mountNew(record.fileSystem, device, mountPoint);
  await splitAt(device, operationBytes);
  const path = record.fileSystem === "none" ? device : mountPoint;
  return { device, deviceNumber: await numberOf(device), path, group };
}

async function checkSpace(folder: string, sizeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder).catch((error) => {
    throw new Error(`${folder} cannot hold the backing file (${messageOf(error)})`);
  });
  const free = bavail * bsize;
  if (free >= sizeBytes) return;
  const mib = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MiB`;
  throw new Error(
    `${folder} has ${mib(free)} free, the volume takes ${mib(sizeBytes)}: ` +
      "use a smaller --size or another --folder",
  );
}
