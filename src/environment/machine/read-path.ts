import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { PLAIN_STORAGE, type ReadPath, readPathOfType } from "../../model/run/cache.ts";
import type { Mount } from "../../model/run/environment.ts";
import { blockDeviceNumber, diskOf, realOr } from "./device.ts";
import { existingPath, mountOf, readMounts } from "./mount.ts";
import { listFolder, readNumber, readText, SYSTEM_ROOTS, type SystemRoots } from "./roots.ts";

/** Maximum layers of stacked devices. */
const MAX_DEPTH = 8;

/**
 * Describes the path of a read through a mount or a block device, named `major:minor`, and through
 * the devices below it.
 */
export function readPathOf(
  storage: Mount | string | null,
  roots: SystemRoots = SYSTEM_ROOTS,
): ReadPath {
  if (storage === null) return readPathOfType("");
  return typeof storage === "string" ? ofDevice(storage, roots, 0) : ofMount(storage, roots, 0);
}

function ofDevice(number: string, roots: SystemRoots, depth: number): ReadPath {
  return ofDisk(diskOf(realOr(`${roots.sys}/dev/block/${number}`)), roots, depth);
}

function ofMount(mount: Mount, roots: SystemRoots, depth: number): ReadPath {
  const own = readPathOfType(mount.type);
  const number = blockDeviceNumber(mount, roots);
  return number === null ? own : over(own, ofDevice(number, roots, depth));
}

/** Combines two layers: the upper one's counters apply; memory and caches count in both. */
function over(upper: ReadPath, lower: ReadPath): ReadPath {
  return {
    ...upper,
    inMemory: upper.inMemory || lower.inMemory,
    unseenCache: upper.unseenCache ?? lower.unseenCache,
  };
}

function ofDisk(disk: string, roots: SystemRoots, depth: number): ReadPath {
  const name = basename(disk);
  if (/^(ram|zram)[0-9]+$/.test(name)) return { ...PLAIN_STORAGE, inMemory: true };
  if (listFolder(`${disk}/bcache`).length > 0) {
    return { ...PLAIN_STORAGE, unseenCache: `${name} is a bcache device with its own cache` };
  }
  if (depth === MAX_DEPTH) return PLAIN_STORAGE;
  const file = readText(`${disk}/loop/backing_file`);
  if (file !== null) {
    if (readNumber(`${disk}/loop/dio`) !== 1) {
      const unseenCache = `${name} reads its file through this host's page cache`;
      return { ...PLAIN_STORAGE, unseenCache };
    }
    const mount = mountOf(existingPath(file), readMounts(roots));
    return mount === null ? PLAIN_STORAGE : over(PLAIN_STORAGE, ofMount(mount, roots, depth + 1));
  }
  return listFolder(`${disk}/slaves`)
    .map((one) => ofDisk(diskOf(realOr(`${disk}/slaves/${one}`)), roots, depth + 1))
    .reduce(over, PLAIN_STORAGE);
}

/** Entry of the auxiliary vector with the page size (getauxval(3)). */
const AT_PAGESZ = 6n;
const USUAL_PAGE_BYTES = 4096;

/** Page size in bytes, the smallest buffered read from storage; 4096 if it is not shown. */
export function readPageBytes(roots: SystemRoots = SYSTEM_ROOTS): number {
  let vector: Buffer;
  try {
    vector = readFileSync(`${roots.proc}/self/auxv`);
  } catch {
    return USUAL_PAGE_BYTES;
  }
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8));
  }
  return USUAL_PAGE_BYTES;
}
