import type { SlotBuffers, SlotTable } from "../engine/engine.ts";

const PAGE_BYTES = 4096;
const WASM_PAGE_BYTES = 65_536;

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
 * of JavaScript is.
 */
export function makeBuffers(depth: number, bytesEach: number): SlotBuffers {
  const strideBytes = Math.max(PAGE_BYTES, Math.ceil(bytesEach / PAGE_BYTES) * PAGE_BYTES);
  const memory = new WebAssembly.Memory({
    initial: Math.ceil((depth * strideBytes) / WASM_PAGE_BYTES),
  }).buffer;
  const views = Array.from({ length: depth }, (_, slot) =>
    Buffer.from(memory, slot * strideBytes, strideBytes),
  );
  return { memory, strideBytes, views };
}
