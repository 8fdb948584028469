import { makeBuffers, makeSlots } from "../engine/buffers.ts";
import type { Session, SlotBuffers, SlotTable, StageWatch } from "../engine/engine.ts";
import { ENGINES, openSession } from "../engine/index.ts";
import { BLOCKS, isLiveMix, SENDS } from "../model/plan/operation.ts";
import type { Drive } from "./drive/drive.ts";
import { makeSource } from "./source/index.ts";
import { LiveFiles } from "./source/live-files.ts";
import { SyncPoints } from "./source/sync-points.ts";
import { Verification } from "./source/verification.ts";
import type { PhaseSetup, WorkerTask } from "./task.ts";
import { placeOf } from "./thread-share.ts";

/** A worker's source of operations and their memory; made before its session. */
export interface Work extends Pick<Drive, "source" | "syncs" | "slots" | "verification" | "live"> {
  readonly buffers: SlotBuffers;
}

/** One worker's part of a phase. */
type Part = Pick<WorkerTask, "setup" | "worker" | "access">;

/** Memory of a worker's operations in flight. */
type Memory = Pick<Work, "slots" | "buffers">;

/** Makes the work of a phase; `memory`: that of the same work before, whose session stays open. */
export function makeWork({ setup, worker }: Part, memory: Memory | null = null): Work {
  const { phase, dataset, seed } = setup;
  const place = placeOf(setup, worker);
  const { slots, buffers } = memory ?? makeMemory(setup, setup.depth);
  const verification = verificationOf(setup, slots, buffers);
  const task = { phase, dataset, slots, seed, ...place };
  const operations = phase.mix.map(({ operation }) => operation);
  const overwrites = setup.location.kind !== "directory";
  const live = isLiveMix(operations) ? new LiveFiles(task, overwrites) : null;
  const inner = makeSource({ ...task, verification, live }, buffers);
  const syncs =
    phase.sync !== null && operations.includes("write")
      ? new SyncPoints(inner, slots, phase.sync.every, dataset.count)
      : null;
  return { source: syncs ?? inner, syncs, slots, verification, live, buffers };
}

function makeMemory(setup: PhaseSetup, depth: number): Memory {
  const slots = makeSlots(depth);
  return { slots, buffers: makeBuffers(depth, bufferBytes(setup), setup.threads) };
}

/** Opens a session of the engine for a worker's operations. */
export function openWork(
  { setup, worker, access }: Part,
  { slots, buffers }: Work,
  stages: StageWatch | null,
): Promise<Session> {
  const { phase, location, dataset, seed } = setup;
  return openSession(setup.engine, {
    ...{ location, dataset, slots, buffers, stages, seed },
    worker: placeOf(setup, worker).worker,
    operations: phase.mix.map(({ operation }) => operation),
    direct: phase.cache === "direct",
    dsync: phase.dsync,
    polling: phase.polling,
    sync: phase.sync,
    blockBytes: phase.blockBytes,
    partBytes: phase.partBytes,
    partConcurrency: phase.partConcurrency,
    retries: phase.retries,
    objects: phase.objects,
    listing: phase.listing,
    restore: phase.restore,
    access: access ?? null,
  });
}

/** Self-describing blocks are written in every phase, and verified if the phase asks for it. */
function verificationOf(
  { phase, dataset, generations }: PhaseSetup,
  slots: SlotTable,
  buffers: SlotBuffers,
): Verification | null {
  const blocks = phase.mix.every(({ operation }) => BLOCKS.has(operation));
  if (generations === null || !blocks) return null;
  return new Verification({ dataset, slots, buffers, generations, checks: phase.verify });
}

/** Maximum memory of a slot that sends objects; of a larger one, it is sent repeatedly. */
const MAX_SENT_BYTES = 8 * 1024 * 1024;

/**
 * Memory per slot: the largest transfer of the phase. At depth, whole files take at most a block,
 * and no more than the largest file, because a ring pins their memory. `makeBuffers` rounds it up
 * to pages, as direct I/O requires. Elsewhere, a read asks for a whole block of a file of any size.
 */
function bufferBytes({ phase, dataset, engine }: PhaseSetup): number {
  const { mix, blockBytes, partBytes } = phase;
  const largest = largestOf(dataset.sizes);
  const { drives, keepsBytes, depthInThread } = ENGINES[engine];
  if (drives === "event-loop" && keepsBytes !== true) {
    // A client has its own memory for responses.
    const sends = mix.some(({ operation }) => SENDS.has(operation));
    return sends ? Math.min(partBytes, MAX_SENT_BYTES, largest) : 0;
  }
  const isBlocks = mix.every(({ operation }) => BLOCKS.has(operation));
  if (keepsBytes === true && depthInThread && !isBlocks)
    return Math.min(blockBytes, Math.max(1, largest));
  const samples = phase.access === "samples" ? dataset.samples : null;
  return Math.max(blockBytes, samples === null ? 0 : largestOf(samples.length));
}

function largestOf(sizes: Float64Array): number {
  return sizes.reduce((a, b) => Math.max(a, b), 0);
}
