import type { SlotBuffers, SlotTable } from "../engine/engine.ts";
import type { DatasetLocation } from "../model/dataset.ts";
import { MODIFIES, type Operation, operationCode } from "../model/operation.ts";
import type { PhasePlan } from "../model/plan.ts";
import { Random } from "../model/random.ts";
import { withPayload } from "./payload.ts";
import { randomBlocks, sequentialBlocks } from "./source-blocks.ts";
import { directories, sampleReads, shardStreams, wholeFiles } from "./source-files.ts";

/** Decides what is issued next. */
export interface OperationSource {
  /** Fills the slot's row with the next operation; false when this worker's share is done. */
  next(slot: number): boolean;
}

/** What every source is made from. */
export interface SourceTask {
  readonly phase: PhasePlan;
  readonly dataset: DatasetLocation;
  readonly slots: SlotTable;
  readonly worker: number;
  readonly workers: number;
  readonly seed: number;
  /** Passes over the dataset; Infinity where the phase ends otherwise. */
  readonly epochs: number;
}

const POSITIONAL: ReadonlySet<Operation> = new Set(["read", "write"]);

/**
 * The operations of one worker in a phase: the same seed gives the same ones on every engine and
 * target. Shares of the workers are disjoint where the dataset is walked through.
 */
export function makeSource(
  task: Omit<SourceTask, "epochs">,
  buffers: SlotBuffers,
): OperationSource {
  const limit = task.phase.limit;
  const epochs = limit.kind === "epochs" ? limit.epochs : Number.POSITIVE_INFINITY;
  let source = plain({ ...task, epochs });
  if (task.phase.mix.length > 1) source = mixed(source, task);
  if (task.phase.mix.some(({ operation }) => MODIFIES.has(operation))) {
    source = withPayload(source, task.slots, buffers, task.seed + task.worker);
  }
  if (limit.kind === "operations") {
    return limited(source, shareOf(limit.operations, task), () => 1);
  }
  if (limit.kind === "bytes") {
    if (inBlocks(task.phase)) {
      const blocks = Math.ceil(limit.bytes / task.phase.blockBytes);
      return limited(source, shareOf(blocks, task), () => 1);
    }
    // Whole files are not cut: each worker ends with the one that fills its share.
    const { length } = task.slots;
    return limited(source, limit.bytes / task.workers, (slot) => length[slot] ?? 0);
  }
  return source;
}

/** This worker's part of a count; the parts of all workers add up to it exactly. */
function shareOf(count: number, { worker, workers }: Pick<SourceTask, "worker" | "workers">) {
  return Math.floor(count / workers) + (worker < count % workers ? 1 : 0);
}

/** Whether every operation of the phase moves one block. */
function inBlocks({ access, mix }: PhasePlan): boolean {
  return access !== "samples" && POSITIONAL.has(mix[0]?.operation ?? "read");
}

function plain(task: SourceTask): OperationSource {
  const { access, mix } = task.phase;
  const first = mix[0]?.operation ?? "read";
  task.slots.operation.fill(operationCode(first));
  if (first === "stream") return shardStreams(task);
  if (mix.every(({ operation }) => operation === "list")) return directories(task);
  if (access === "samples") return sampleReads(task);
  if (!inBlocks(task.phase)) return wholeFiles(task);
  return access === "sequential" ? sequentialBlocks(task) : randomBlocks(task);
}

/** Draws the operation of each slot by weight; where it goes stays the inner source's choice. */
function mixed(inner: OperationSource, task: Omit<SourceTask, "epochs">): OperationSource {
  const random = new Random(task.seed, 0x6d6978 + task.worker);
  const total = task.phase.mix.reduce((sum, { weight }) => sum + weight, 0);
  const codes = task.phase.mix.map(({ operation }) => operationCode(operation));
  let sum = 0;
  const bounds = task.phase.mix.map(({ weight }) => {
    sum += weight;
    return sum / total;
  });
  const { operation } = task.slots;
  return {
    next(slot) {
      if (!inner.next(slot)) return false;
      const draw = random.unit();
      let choice = 0;
      while (choice < bounds.length - 1 && draw >= (bounds[choice] ?? 1)) choice++;
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
