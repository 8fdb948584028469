import type { SlotTable } from "../engine/engine.ts";

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
