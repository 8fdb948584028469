/**
 * Operations of a worker: the next operation for each free slot, with its file, offset and length.
 * Order, sizes and mix depend only on plan, seed and worker number, never on the clock or on
 * completions. Sources wrap each other: `blocks.ts` or `files.ts` innermost, then the mix, payload,
 * verification, syncs and limits. Read `source.ts` first, then `makeSource` below.
 */
import type { SlotBuffers } from "../../engine/engine.ts";
import { LISTS, OPERATION, operationCode, SENDS } from "../../model/plan/operation.ts";
import { NumberedRandom } from "../../model/random/numbered-random.ts";
import { inBlocks, shareOf, type ThreadShare, threadShare } from "../thread-share.ts";
import { blocks } from "./blocks.ts";
import { batches, directories, sampleReads, shardStreams, wholeFiles } from "./files.ts";
import type { LiveFiles } from "./live-files.ts";
import { withPayload } from "./payload.ts";
import type { OperationSource, SourceTask } from "./source.ts";
import type { Verification } from "./verification.ts";

const MIX_STREAM = 0x6d6978;

/** Files of the dataset, for sources that choose the file. */
const ANY: OperationSource = { next: () => true };

/** State of a phase that changes the dataset. */
interface WrittenData {
  /** Writes self-describing blocks; null for other data. */
  readonly verification?: Verification | null;
  /** Existing files, if the phase creates or deletes files; else null. */
  readonly live?: LiveFiles | null;
}

/**
 * Makes the operations of one worker in a phase: equal seeds give equal operations on every engine
 * and target. In walks over the dataset, the shares of the workers are disjoint.
 */
export function makeSource(task: SourceTask & WrittenData, buffers: SlotBuffers): OperationSource {
  const { limit } = task.phase;
  task.slots.operation.fill(operationCode(task.phase.mix[0]?.operation ?? "read"));
  const inPlace = inBlocks(task.phase);
  const share = threadShare(task, inPlace);
  let source = inPlace ? blocks(task, share) : whole(task);
  if (task.phase.mix.length > 1) source = mixed(source, task, share);
  if (task.live != null) source = task.live.over(mixed(ANY, task, share));
  if (task.verification != null) source = task.verification.over(source);
  else if (task.phase.mix.some(({ operation }) => SENDS.has(operation))) {
    source = withPayload(source, task, buffers);
  }
  if (inPlace) return source;
  if (limit.kind === "operations") {
    return limited(source, shareOf(limit.operations, task), () => 1);
  }
  if (limit.kind === "bytes") {
    // Files are not split: each worker ends with the file that fills its share.
    const { length } = task.slots;
    return limited(source, limit.bytes / task.workers, (slot) => length[slot] ?? 0);
  }
  return source;
}

function whole(task: SourceTask): OperationSource {
  const { access, mix } = task.phase;
  const { unit } = OPERATION[mix[0]?.operation ?? "read"];
  if (unit === "sample") return shardStreams(task);
  if (unit === "batch") return batches(task);
  if (mix.every(({ operation }) => LISTS.has(operation))) return directories(task);
  return access === "samples" ? sampleReads(task) : wholeFiles(task);
}

/** Draws the operation of each slot by weight; the inner source chooses its location. */
function mixed(
  inner: OperationSource,
  task: SourceTask,
  { worker, thread, threads }: ThreadShare,
): OperationSource {
  const random = new NumberedRandom(task.seed, MIX_STREAM + worker);
  const total = task.phase.mix.reduce((sum, { weight }) => sum + weight, 0);
  const codes = task.phase.mix.map(({ operation }) => operationCode(operation));
  let sum = 0;
  const bounds = task.phase.mix.map(({ weight }) => {
    sum += weight;
    return (sum / total) * 4294967296;
  });
  const { operation } = task.slots;
  let number = thread;
  return {
    next(slot) {
      if (!inner.next(slot)) return false;
      const draw = random.uint32(number);
      number += threads;
      let choice = 0;
      while (choice < bounds.length - 1 && draw >= (bounds[choice] ?? 0)) choice++;
      operation[slot] = codes[choice] ?? 0;
      return true;
    },
  };
}

function limited(
  inner: OperationSource,
  share: number,
  costOf: (slot: number) => number,
): OperationSource {
  let remaining = share;
  return {
    next(slot) {
      if (remaining <= 0 || !inner.next(slot)) return false;
      remaining -= costOf(slot);
      return true;
    },
  };
}
