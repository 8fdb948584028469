import { RING_CALL, type Ring } from "../../posix/ring.ts";
import type { SlotBuffers } from "../engine.ts";

/** Calls that transfer data of the slots. */
export interface BufferCalls {
  readonly read: number;
  readonly write: number;
  /** Notes for the stored result. */
  readonly notes: Record<string, number>;
}

/** Registers the memory of the slots at an address, if the kernel allows, and chooses the calls. */
export function bufferCalls(ring: Ring, base: number, { memory }: SlotBuffers): BufferCalls {
  if (ring.registerBuffer(base, memory.byteLength) === 0) {
    return { read: RING_CALL.readFixed, write: RING_CALL.writeFixed, notes: {} };
  }
  return { read: RING_CALL.read, write: RING_CALL.write, notes: { buffersNotRegistered: 1 } };
}
