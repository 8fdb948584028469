import type { AddressSpaceLimit, HostLimits, ThreadLimit } from "../../model/target/host-limits.ts";
import { listFolder, readText, SYSTEM_ROOTS, type SystemRoots } from "./roots.ts";

/** Maximum limit for which a user's threads are counted, which takes 30 µs per process. */
const MAX_COUNTED_LIMIT = 16_384;

/** Line of `/proc/self/limits` (proc(5)). */
const OPEN_FILES = "Max open files";

/** Limits of this process, from `/proc/self/limits`; null for each unknown one. */
export function readHostLimits(roots: SystemRoots = SYSTEM_ROOTS): HostLimits {
  const text = readText(`${roots.proc}/self/limits`) ?? "";
  return {
    openFiles: softLimit(text, OPEN_FILES),
    threads: threadsOf(text, roots),
    addressSpace: addressSpaceOf(text, roots),
  };
}

/** Maximum open files of this process; null if unknown or unlimited. */
export function readOpenFileLimit(roots: SystemRoots = SYSTEM_ROOTS): number | null {
  return softLimit(readText(`${roots.proc}/self/limits`) ?? "", OPEN_FILES);
}

/** Address space limit of this process; null if unknown or unlimited. */
export function readAddressSpace(roots: SystemRoots = SYSTEM_ROOTS): AddressSpaceLimit | null {
  return addressSpaceOf(readText(`${roots.proc}/self/limits`) ?? "", roots);
}

function softLimit(text: string, name: string): number | null {
  const line = text.split("\n").find((one) => one.startsWith(name));
  const value = Number(line?.slice(name.length).trim().split(/\s+/)[0]);
  return Number.isFinite(value) ? value : null;
}

function addressSpaceOf(text: string, roots: SystemRoots): AddressSpaceLimit | null {
  const limitBytes = softLimit(text, "Max address space");
  if (limitBytes === null) return null;
  const status = readText(`${roots.proc}/self/status`) ?? "";
  const usedKib = Number(/^VmSize:\s+(\d+) kB/m.exec(status)?.[1]);
  if (!Number.isFinite(usedKib)) return null;
  return { limitBytes, usedBytes: usedKib * 1024 };
}

/** Thread limit of this user; null for root, whom the kernel exempts, and if not counted. */
function threadsOf(text: string, roots: SystemRoots): ThreadLimit | null {
  const limit = softLimit(text, "Max processes");
  const user = process.getuid?.() ?? 0;
  if (limit === null || limit > MAX_COUNTED_LIMIT || user === 0) return null;
  let used = 0;
  for (const name of listFolder(roots.proc)) {
    if (!/^\d+$/.test(name)) continue;
    const status = readText(`${roots.proc}/${name}/status`) ?? "";
    if (Number(/^Uid:\t(\d+)/m.exec(status)?.[1]) !== user) continue;
    used += Number(/^Threads:\t(\d+)/m.exec(status)?.[1] ?? 1);
  }
  return { limit, used };
}
