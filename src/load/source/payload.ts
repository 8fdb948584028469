import { crc32 } from "node:zlib";
import { wordsOf } from "../../engine/buffers.ts";
import type { SlotBuffers } from "../../engine/engine.ts";
import { makeUnits, UNIT_WORDS } from "../../model/content/content.ts";
import { MARK_WORD, WRITTEN_MARK } from "../../model/content/mark.ts";
import { UNIT_BYTES } from "../../model/plan/data.ts";
import { operationCode, SENDS } from "../../model/plan/operation.ts";
import type { AccessPattern } from "../../model/plan/plan.ts";
import { mix32, Random } from "../../model/random/random.ts";
import type { OperationSource, SourceTask } from "./source.ts";

/** Maximum window of compressors in storage. */
const WINDOW_BYTES = 1024 * 1024;

/** Patterns in which writes of one worker are seldom adjacent. */
const SCATTERED: ReadonlySet<AccessPattern> = new Set(["random", "zipf", "hotspot"]);

type Payload = (slot: number, words: number) => void;

/**
 * Gives every write different data of its dataset's kind. Random buffers that span a compressor's
 * window, or are never written next to each other, get a new number in each 4 KiB; other random
 * buffers are copied from memory that spans the window; all other kinds are generated for each
 * write. Data differs between phases, repetitions and workers. `isWrittenUnit` recognizes it.
 */
export function withPayload(
  inner: OperationSource,
  task: SourceTask,
  buffers: SlotBuffers,
): OperationSource {
  const { phase, dataset, slots } = task;
  const { data } = dataset;
  const seed = mix32((task.seed + task.worker) ^ crc32(phase.name));
  const writes = new Uint8Array(256);
  for (const operation of SENDS) writes[operationCode(operation)] = 1;
  const alike = data.compressible <= 1 && data.dedupable <= 1;
  const apart = SCATTERED.has(phase.access) || buffers.memory.byteLength >= WINDOW_BYTES;
  const random = apart ? stamps : slices;
  const fill = alike ? random(buffers, seed) : units(task, buffers, seed);
  const strideWords = buffers.strideBytes / 4;
  return {
    next(slot) {
      if (!inner.next(slot)) return false;
      if (writes[slots.operation[slot] ?? 0] === 1) {
        fill(slot, Math.min(strideWords, Math.ceil((slots.length[slot] ?? 0) / 4)));
      }
      return true;
    },
  };
}

function stamps(buffers: SlotBuffers, seed: number): Payload {
  const { strideBytes } = buffers;
  const words = wordsOf(buffers);
  randomize(words, seed);
  let stamp = seed;
  return (slot, used) => {
    const from = (slot * strideBytes) / 4;
    for (let word = 0; word < used; word += UNIT_WORDS) {
      stamp = (stamp + 0x9e3779b9) >>> 0;
      words[from + word] = stamp;
      words[from + word + MARK_WORD] = WRITTEN_MARK;
    }
  };
}

/**
 * Slices of random memory in turn, each with a new number: 0.1 µs per 4 KiB. Generating them would
 * take eight times as long, a noticeable share of creating a small file.
 */
function slices(buffers: SlotBuffers, seed: number): Payload {
  const { strideBytes } = buffers;
  const words = wordsOf(buffers);
  const pool = new Uint32Array(WINDOW_BYTES / 4);
  randomize(pool, seed);
  const cut = Array.from({ length: pool.length / UNIT_WORDS }, (_, unit) =>
    pool.subarray(unit * UNIT_WORDS, (unit + 1) * UNIT_WORDS),
  );
  let unit = 0;
  let stamp = seed;
  return (slot, used) => {
    const from = (slot * strideBytes) / 4;
    for (let word = 0; word < used; word += UNIT_WORDS) {
      words.set(cut[unit] ?? pool, from + word);
      unit = unit + 1 === cut.length ? 0 : unit + 1;
      stamp = (stamp + 0x9e3779b9) >>> 0;
      words[from + word] = stamp;
      words[from + word + MARK_WORD] = WRITTEN_MARK;
    }
  };
}

function randomize(words: Uint32Array, seed: number): void {
  const random = new Random(seed, 0x646174);
  for (let i = 0; i < words.length; i++) words[i] = random.uint32();
}

/** Units of the dataset's kind; a slot's memory has only whole units. */
function units(
  { dataset }: Pick<SourceTask, "dataset">,
  buffers: SlotBuffers,
  seed: number,
): Payload {
  const { strideBytes } = buffers;
  const words = wordsOf(buffers);
  const write = makeUnits(dataset.seed, dataset.data, dataset.totalBytes / UNIT_BYTES);
  // Files count from 0, so that written data differs from prepared data.
  const owner = (seed | 0x80000000) >>> 0;
  let unit = 0;
  return (slot, used) => {
    const from = (slot * strideBytes) / 4;
    for (let word = 0; word < used; word += UNIT_WORDS) write(words, from + word, owner, unit++);
  };
}
