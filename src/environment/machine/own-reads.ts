import { readFileSync } from "node:fs";
import { readText, SYSTEM_ROOTS, type SystemRoots } from "./roots.ts";

/**
 * Bytes that storage was asked to deliver for this process so far (`read_bytes` of proc(5)): those
 * of all its threads, ended ones and io_uring's kernel workers included, and of no other process.
 * Null where the kernel does not count them.
 */
export function readOwnReadBytes(roots: SystemRoots = SYSTEM_ROOTS): number | null {
  const line = /^read_bytes: (\d+)$/m.exec(readText(`${roots.proc}/self/io`) ?? "");
  return line === null ? null : Number(line[1]);
}

/** Entry of the auxiliary vector that holds the page size (getauxval(3)). */
const AT_PAGESZ = 6n;
const USUAL_PAGE_BYTES = 4096;

/** Bytes of a page, the least that a buffered read fetches; 4096 where it is not shown. */
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
