import { loadLibc } from "../posix/libc.ts";
import type { SlotBuffers, SlotTable } from "./engine.ts";

const PAGE_BYTES = 4096;
const WASM_PAGE_BYTES = 65_536;
const HUGE_PAGE_BYTES = 2_097_152;

/**
 * Block size from which contiguous memory is faster. A device gets a list of memory segments, and a
 * block of 1 MiB on 4 KiB pages has 256: some devices must split the request, and all must look up
 * each page. On huge pages it is one segment. Reads per second with O_DIRECT at depth 8, with and
 * without huge pages: 16 KiB 26.9k and 23.4k, 64 KiB 15.8k and 11.6k, 1 MiB 1.7k and 0.9k.
 */
const WHOLE_FROM_BYTES = 16_384;

/** Maximum workers for huge pages that would be mostly unused. */
const FEW_WORKERS = 32;
const LITTLE_BYTES = HUGE_PAGE_BYTES / 4;

/** Makes an empty slot table with one row per operation in flight. */
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
 * Makes one buffer per slot. WebAssembly memory is page-aligned, as O_DIRECT requires; other
 * JavaScript memory is not. Large buffers begin on a huge page, if the kernel has any. `workers`:
 * number of workers with such buffers.
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

/** Allocates whole pages, which occupy no memory before their first use. */
function allocate(bytes: number): ArrayBuffer {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / WASM_PAGE_BYTES) }).buffer;
}

/** Requests huge pages; without them or koffi, pages stay ordinary. */
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
