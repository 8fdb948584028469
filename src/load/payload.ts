import type { SlotBuffers, SlotTable } from "../engine/engine.ts";
import { MODIFIES, operationCode } from "../model/operation.ts";
import { Random } from "../model/random.ts";
import type { OperationSource } from "./source.ts";

/** Storage that deduplicates or compresses works in units of at least this size. */
const UNIT_BYTES = 4096;

/**
 * Gives every write data of its own: the buffers hold random bytes, and each 4 KiB of them gets a
 * new number before it is written, so that neither compression nor deduplication flatters a target.
 */
export function withPayload(
  inner: OperationSource,
  slots: SlotTable,
  buffers: SlotBuffers,
  seed: number,
): OperationSource {
  fillRandom(new Uint32Array(buffers.memory), seed);
  const writes = new Uint8Array(256);
  for (const operation of MODIFIES) writes[operationCode(operation)] = 1;
  writes[operationCode("delete")] = 0;
  const words = new Uint32Array(buffers.memory);
  const strideWords = buffers.strideBytes / 4;
  const unitWords = UNIT_BYTES / 4;
  let stamp = seed >>> 0;
  return {
    next(slot) {
      if (!inner.next(slot)) return false;
      if (writes[slots.operation[slot] ?? 0] === 1) {
        const used = Math.min(strideWords, Math.ceil((slots.length[slot] ?? 0) / 4));
        const from = slot * strideWords;
        for (let word = 0; word < used; word += unitWords) {
          stamp = (stamp + 0x9e3779b9) >>> 0;
          words[from + word] = stamp;
        }
      }
      return true;
    },
  };
}

function fillRandom(words: Uint32Array, seed: number): void {
  const random = new Random(seed, 0x646174);
  for (let i = 0; i < words.length; i++) words[i] = random.uint32();
}
