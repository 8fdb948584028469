import { loadLibc } from "../posix/libc.ts";
import type { SlotBuffers } from "./engine.ts";

const PAGE_BYTES = 4096;
const WASM_PAGE_BYTES = 65_536;
const HUGE_PAGE_BYTES = 2_097_152;

/**
 * From here on an operation's memory is better in one piece. A device is handed a list of pieces of
 * memory, and a block of 1 MiB on 4 KiB pages is a list of 256: some must cut the request in two,
 * all must look each page up. On huge pages it is one piece. Reads of 1 MiB with O_DIRECT at depth
 * 8, side by side (`npm run bench -- --only uring-sequential-read-8`): 1.7 GB/s so, 0.9 without.
 */
const WHOLE_FROM_BYTES = 65_536;

/**
 * One buffer a slot. WebAssembly memory is page-aligned, which O_DIRECT needs and no other memory
 * of JavaScript is. Large buffers begin on a huge page, where the kernel gives any.
 */
export function makeBuffers(depth: number, bytesEach: number): SlotBuffers {
  const strideBytes = Math.max(PAGE_BYTES, Math.ceil(bytesEach / PAGE_BYTES) * PAGE_BYTES);
  const memory =
    bytesEach < WHOLE_FROM_BYTES
      ? new Uint8Array(allocate(depth * strideBytes), 0, depth * strideBytes)
      : onHugePages(depth * strideBytes);
  const views = Array.from({ length: depth }, (_, slot) =>
    Buffer.from(memory.buffer, memory.byteOffset + slot * strideBytes, strideBytes),
  );
  return { memory, strideBytes, views };
}

/** Whole pages of memory, of which none takes any room before it is used. */
function allocate(bytes: number): ArrayBuffer {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / WASM_PAGE_BYTES) }).buffer;
}

/** Where the kernel has no huge pages to give, or koffi is missing, these are ordinary ones. */
function onHugePages(bytes: number): Uint8Array<ArrayBuffer> {
  const libc = loadLibc();
  if (libc === null) return new Uint8Array(allocate(bytes), 0, bytes);
  const buffer = allocate(bytes + HUGE_PAGE_BYTES);
  const address = libc.addressOf(new Uint8Array(buffer));
  const start = Math.ceil(address / HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES;
  const memory = new Uint8Array(buffer, start - address, bytes);
  libc.adviseHugePages(start, Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES);
  return memory;
}
