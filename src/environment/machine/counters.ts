import type { TransferCounters } from "../../model/run/cache.ts";
import type { Mount } from "../../model/run/environment.ts";
import { blockDeviceNumber } from "./device.ts";
import { listFolder, readText, SYSTEM_ROOTS, type SystemRoots } from "./roots.ts";

/** Sector size in `/proc/diskstats`, the same for every device. */
const SECTOR_BYTES = 512;

/** Bytes transferred by the storage. */
export interface DeviceCounters {
  readonly counters: TransferCounters | null;
  /** Source of the counters; without counters, the reason. */
  readonly source: string;
}

/** Reasons why file systems without a device or statistics have no counters. */
const WITHOUT: Readonly<Record<string, string>> = {
  tmpfs: "tmpfs keeps files in memory and has no device",
  ramfs: "ramfs keeps files in memory and has no device",
  overlay: "overlay does not show the device of its layers",
};

/**
 * Bytes transferred so far by the storage behind a mount (block device, NFS server or Lustre
 * servers), or by a block device, named `major:minor`. They include the transfers of other
 * programs; callers use the difference over a phase.
 */
export function readDeviceCounters(
  storage: Mount | string | null,
  roots: SystemRoots = SYSTEM_ROOTS,
): DeviceCounters {
  if (storage === null) return none("the target is not on a mounted file system");
  if (typeof storage === "string") return diskCounters(storage, roots);
  if (storage.type === "nfs" || storage.type === "nfs4") return nfsCounters(storage, roots);
  if (storage.type === "lustre") return lustreCounters(storage, roots);
  const number = blockDeviceNumber(storage, roots);
  if (number !== null) return diskCounters(number, roots);
  return none(
    WITHOUT[storage.type] ?? `${storage.type} has neither a block device nor known counters`,
  );
}

/** Result without counters; `source` is the reason. */
function none(source: string): DeviceCounters {
  return { counters: null, source };
}

/**
 * Bytes that a block device, named `major:minor`, transferred so far, by `/proc/diskstats`
 * (kernel: admin-guide/iostats.rst): fields 6 and 10 are sectors.
 */
function diskCounters(number: string, roots: SystemRoots): DeviceCounters {
  for (const line of (readText(`${roots.proc}/diskstats`) ?? "").split("\n")) {
    const fields = line.trim().split(/\s+/);
    if (`${fields[0]}:${fields[1]}` !== number) continue;
    return {
      counters: {
        readBytes: Number(fields[5]) * SECTOR_BYTES,
        writeBytes: Number(fields[9]) * SECTOR_BYTES,
      },
      source: `/proc/diskstats of ${fields[2]}`,
    };
  }
  return none(`/proc/diskstats does not list the device ${number}`);
}

/** Bytes exchanged between an NFS client and its server for one mount. */
function nfsCounters(mount: Mount, roots: SystemRoots): DeviceCounters {
  const text = readText(`${roots.proc}/self/mountstats`);
  if (text === null) return none("/proc/self/mountstats cannot be read");
  const counters = parseMountstats(text, mount.mountPoint);
  if (counters === null) return none("/proc/self/mountstats has no byte counts for this mount");
  return { counters, source: "/proc/self/mountstats: bytes from and to the NFS server" };
}

/**
 * Bytes transferred by the clients of the object servers (osc). The statistics of the file system
 * (llite) are not used, because they also count reads from the cache.
 */
function lustreCounters(mount: Mount, roots: SystemRoots): DeviceCounters {
  const name = mount.source.slice(mount.source.indexOf(":/") + 2).split("/")[0] ?? "";
  for (const base of [`${roots.proc}/fs/lustre/osc`, `${roots.sys}/kernel/debug/lustre/osc`]) {
    const clients = listFolder(base).filter((entry) => entry.startsWith(`${name}-OST`));
    if (clients.length === 0) continue;
    let readBytes = 0;
    let writeBytes = 0;
    for (const client of clients) {
      const text = readText(`${base}/${client}/stats`) ?? "";
      readBytes += lustreSum(text, "read_bytes");
      writeBytes += lustreSum(text, "write_bytes");
    }
    const source = `Lustre osc statistics of ${clients.length} object targets`;
    return { counters: { readBytes, writeBytes }, source };
  }
  return none("Lustre osc statistics cannot be read (they need root)");
}

/** Last number of `read_bytes  12 samples [bytes] 4096 1048576 8392704`, which is the sum. */
function lustreSum(text: string, counter: string): number {
  const line = new RegExp(`^${counter}\\s+\\d+ samples \\[\\w+\\] \\d+ \\d+ (\\d+)`, "m").exec(
    text,
  );
  return Number(line?.[1] ?? 0);
}

/**
 * Parses the byte counts of one NFS mount in `/proc/self/mountstats`; null if the mount is not
 * listed. The line `bytes:` counts reads and writes of programs (normal, then O_DIRECT), then bytes
 * read from and written to the server: the fifth and sixth number. The last mount on a mount point
 * is the visible one.
 */
export function parseMountstats(text: string, mountPoint: string): TransferCounters | null {
  let counters: TransferCounters | null = null;
  const escaped = mountPoint.replace(
    /[ \t\n\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  for (const block of text.split(/^(?=device )/m)) {
    if (!block.split("\n", 1)[0]?.includes(` mounted on ${escaped} with fstype nfs`)) continue;
    const numbers = /^\s*bytes:\s+(.+)$/m.exec(block)?.[1]?.trim().split(/\s+/).map(Number);
    const [, , , , readBytes, writeBytes] = numbers ?? [];
    if (readBytes === undefined || writeBytes === undefined) continue;
    counters = { readBytes, writeBytes };
  }
  return counters;
}

/**
 * Bytes that this process has caused to be read from storage so far (`read_bytes` of proc(5)). They
 * include all its threads, also ended ones, and io_uring's kernel workers. Null if the kernel does
 * not count them.
 */
export function readOwnReadBytes(roots: SystemRoots = SYSTEM_ROOTS): number | null {
  const line = /^read_bytes: (\d+)$/m.exec(readText(`${roots.proc}/self/io`) ?? "");
  return line === null ? null : Number(line[1]);
}
