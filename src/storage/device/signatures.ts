import { readSync } from "node:fs";
import { PreflightError } from "../../model/fault/errors.ts";
import { SIGNATURES } from "./magics.ts";

/** Bytes to read at the start and at the end; every listed signature is within them. */
const START_BYTES = (4096 + 64) * 1024;
const END_BYTES = 1024 * 1024;

/** A part of a device that was read. */
interface Window {
  /** Offset of its first byte on the device. */
  readonly fromByte: number;
  readonly bytes: Buffer;
}

/** A format found on a device, and the byte offset of its signature. */
export interface Finding {
  readonly what: string;
  readonly atByte: number;
}

/**
 * Finds signatures of file systems, partition tables, volume managers, arrays, encryption and swap,
 * and lists each format once. Reads the start and the end of the device and writes nothing.
 */
export function findSignatures(fd: number, sizeBytes: number): readonly Finding[] {
  const start = readWindow(fd, 0, Math.min(START_BYTES, sizeBytes));
  const endBytes = Math.min(END_BYTES, sizeBytes);
  const end = readWindow(fd, sizeBytes - endBytes, endBytes);
  const found: Finding[] = [];
  for (const { what, places, magics } of SIGNATURES) {
    const atByte = places(sizeBytes).find((place) =>
      magics.some((magic) => holds(start, place, magic) || holds(end, place, magic)),
    );
    if (atByte !== undefined && !found.some((one) => one.what === what)) {
      found.push({ what, atByte });
    }
  }
  return found;
}

/** Reads a part of a device; @throws PreflightError if the device is shorter than it claims. */
export function readWindow(fd: number, fromByte: number, length: number): Window {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const count = readSync(fd, bytes, read, length - read, fromByte + read);
    if (count === 0) {
      throw new PreflightError(
        `the device ends at byte ${fromByte + read}, but the kernel reports a larger size ` +
          `(at least ${fromByte + length} B); detach it and attach it again`,
      );
    }
    read += count;
  }
  return { fromByte, bytes };
}

function holds({ fromByte, bytes }: Window, place: number, magic: Buffer): boolean {
  const at = place - fromByte;
  if (at < 0 || at + magic.length > bytes.length) return false;
  return bytes.compare(magic, 0, magic.length, at, at + magic.length) === 0;
}
