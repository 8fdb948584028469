import { isWrittenUnit } from "../../model/content/mark.ts";
import { UNIT_BYTES } from "../../model/plan/data.ts";
import { Random } from "../../model/random/random.ts";
import { readWindow } from "./signatures.ts";

/** Bytes that are looked at whole at the start and at the end of a device. */
const EDGE_BYTES = 1024 * 1024;

/** Units that are looked at between them: the first of each of as many equal parts. */
const SAMPLES = 64;

/** Stream of the random numbers that place the samples. */
const SAMPLES_STREAM = 0x64657669;

/**
 * Returns the byte offset of data that neither is blank nor was written by assay; null if none was
 * found. Looks at the first and the last MiB and at 64 units of 4 KiB between them. Blank is one
 * byte value throughout the device, as it is new, after a discard, or after an erasure.
 */
export function findForeignData(fd: number, sizeBytes: number): number | null {
  let blankByte: number | null = null;
  for (const { fromByte, length } of partsOf(sizeBytes)) {
    const { bytes } = readWindow(fd, fromByte, length);
    for (let at = 0; at < bytes.length; at += UNIT_BYTES) {
      const unit = bytes.subarray(at, at + UNIT_BYTES);
      const only = onlyByte(unit);
      if (only !== null && (blankByte === null || blankByte === only)) blankByte = only;
      else if (only !== null || !isWrittenUnit(wordsIn(unit))) return fromByte + at;
    }
  }
  return null;
}

/** The parts of a device to look at, in order. */
function partsOf(sizeBytes: number) {
  const edge = Math.min(EDGE_BYTES, sizeBytes);
  const between = Math.floor((sizeBytes - 2 * edge) / SAMPLES / UNIT_BYTES) * UNIT_BYTES;
  const random = new Random(sizeBytes, SAMPLES_STREAM);
  const samples = Array.from({ length: between <= 0 ? 0 : SAMPLES }, (_, part) => ({
    fromByte: edge + part * between + random.below(between / UNIT_BYTES) * UNIT_BYTES,
    length: UNIT_BYTES,
  }));
  const endsFrom = Math.floor((sizeBytes - edge) / UNIT_BYTES) * UNIT_BYTES;
  const end = { fromByte: endsFrom, length: sizeBytes - endsFrom };
  return [{ fromByte: 0, length: edge }, ...samples, end];
}

/** The byte value that fills a unit; null if there are several. */
function onlyByte(unit: Buffer): number | null {
  const [first = 0] = unit;
  // Each byte equals its predecessor.
  return unit.compare(unit, 0, unit.length - 1, 1) === 0 ? first : null;
}

function wordsIn(unit: Buffer): Uint32Array {
  return new Uint32Array(Uint8Array.from(unit).buffer, 0, Math.floor(unit.length / 4));
}
