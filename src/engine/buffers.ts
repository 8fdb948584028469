import { loadLibc } from "../posix/libc.ts";
import type { SlotBuffers, SlotTable } from "./engine.ts";

const PAGE_BYTES = 4096;
const WASM_PAGE_BYTES = 65_536;
const HUGE_PAGE_BYTES = 2_097_152;

/**
 * From here on an operation's memory is better in one piece. A device is handed a list of pieces of
 * memory, and a block of 1 MiB on 4 KiB pages is a list of 256: some must cut the request in two,
 * all must look each page up. On huge pages it is one piece. Reads with O_DIRECT at depth 8, side
 * by side: 16 KiB 26.9k a second so and 23.4k without, 64 KiB 15.8k and 11.6k, 1 MiB 1.7k and 0.9k.
 */
const WHOLE_FROM_BYTES = 16_384;

/** Workers that need little of a huge page take one only where they are no more than this. */
const FEW_WORKERS = 32;
const LITTLE_BYTES = HUGE_PAGE_BYTES / 4;

/** An empty slot table, a row for each operation that can be in flight. */
export function makeSlots(depth: number): SlotTable {
  return {
    depth,
    operation: new Uint8Array(depth),
    file: new Int32Array(depth),
    offset: new Float64Array(depth),
    length: new Float64Array(depth),
  };
}

/**
 * One buffer a slot. WebAssembly memory is page-aligned, which O_DIRECT needs and no other memory
 * of JavaScript is. Large buffers begin on a huge page, where the kernel gives any; `workers` is
 * how many there are that have such buffers.
 */
export function makeBuffers(depth: number, bytesEach: number, workers = 1): SlotBuffers {
  const strideBytes = Math.max(PAGE_BYTES, Math.ceil(bytesEach / PAGE_BYTES) * PAGE_BYTES);
  const bytes = depth * strideBytes;
  const huge = bytesEach >= WHOLE_FROM_BYTES && (workers <= FEW_WORKERS || bytes >= LITTLE_BYTES);
  const memory = huge ? onHugePages(bytes) : new Uint8Array(allocate(bytes), 0, bytes);
  const views = Array.from({ length: depth }, (_, slot) =>
    Buffer.from(memory.buffer, memory.byteOffset + slot * strideBytes, strideBytes),
  );
  return { memory, strideBytes, views };
}

/** The memory of all slots as 32-bit words. */
export function wordsOf({ memory }: SlotBuffers): Uint32Array<ArrayBuffer> {
  return new Uint32Array(memory.buffer, memory.byteOffset, memory.byteLength / 4);
}

/** Whole pages of memory, of which none takes any room before it is used. */
function allocate(bytes: number): ArrayBuffer {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / WASM_PAGE_BYTES) }).buffer;
}

/** Where the kernel has no huge pages to give, or koffi is missing, these are ordinary ones. */
function onHugePages(bytes: number): Uint8Array<ArrayBuffer> {
  const libc = loadLibc();
  if (libc === null) return new Uint8Array(allocate(bytes), 0, bytes);
  const wholeBytes = Math.ceil(bytes / HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES;
  const buffer = allocate(wholeBytes + HUGE_PAGE_BYTES);
  const address = libc.addressOf(new Uint8Array(buffer));
  const start = Math.ceil(address / HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES;
  const memory = new Uint8Array(buffer, start - address, bytes);
  libc.adviseHugePages(start, wholeBytes);
  return memory;
}
