import type { Mount } from "../../model/run/environment.ts";
import type { TransferCounters } from "../../model/run/run.ts";
import { parseMountstats } from "./mountstats.ts";
import { listFolder, readText, type SystemRoots } from "./roots.ts";

/** Sectors of `/proc/diskstats` are of this size on every device. */
const SECTOR_BYTES = 512;

/** What the storage says it transferred, and who says so; without counters, why there are none. */
export interface DeviceCounters {
  readonly counters: TransferCounters | null;
  readonly source: string;
}

/** No counters, and why. */
export function none(source: string): DeviceCounters {
  return { counters: null, source };
}

/** `/proc/diskstats` (kernel: admin-guide/iostats.rst): fields 6 and 10 are sectors. */
export function diskCounters(number: string, roots: SystemRoots): DeviceCounters {
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

/** Bytes an NFS client exchanged with its server for one mount. */
export function nfsCounters(mount: Mount, roots: SystemRoots): DeviceCounters {
  const text = readText(`${roots.proc}/self/mountstats`);
  if (text === null) return none("/proc/self/mountstats cannot be read");
  const counters = parseMountstats(text, mount.mountPoint);
  if (counters === null) return none("/proc/self/mountstats has no byte counts for this mount");
  return { counters, source: "/proc/self/mountstats: bytes from and to the NFS server" };
}

/**
 * Bytes the clients of the object servers (osc) moved. The file system's own statistics (llite)
 * count what programs asked for, cached or not, so they could never show a read from the cache.
 */
export function lustreCounters(mount: Mount, roots: SystemRoots): DeviceCounters {
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
  return none("Lustre's osc statistics cannot be read here (they need root)");
}

/** `read_bytes  12 samples [bytes] 4096 1048576 8392704`: the last is the sum. */
function lustreSum(text: string, counter: string): number {
  const line = new RegExp(`^${counter}\\s+\\d+ samples \\[\\w+\\] \\d+ \\d+ (\\d+)`, "m").exec(
    text,
  );
  return Number(line?.[1] ?? 0);
}
