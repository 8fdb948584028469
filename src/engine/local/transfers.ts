import { operationCode } from "../../model/plan/operation.ts";
import type { SessionTask } from "../engine.ts";
import { SHORT } from "./errno.ts";
import { type FileSteps, STEP } from "./file-steps.ts";
import { renumber } from "./renumber.ts";

const CREATE = operationCode("create");

/** The steps of `create` and `fetch`: open, the blocks one after another, sync, close. */
export class Transfers {
  private readonly task: SessionTask;
  private readonly steps: FileSteps;
  private readonly blockBytes: number;
  /** By slot: descriptor, bytes transferred and the first failure. */
  private readonly fds: Int32Array;
  private readonly moved: Float64Array;
  private readonly failed: Int32Array;

  constructor(task: SessionTask, steps: FileSteps) {
    this.task = task;
    this.steps = steps;
    const { slots, buffers, blockBytes } = task;
    this.blockBytes = Math.min(blockBytes, buffers.strideBytes);
    this.fds = new Int32Array(slots.depth).fill(-1);
    this.moved = new Float64Array(slots.depth);
    this.failed = new Int32Array(slots.depth);
  }

  /** Starts the open of a slot's file. */
  begin(slot: number): void {
    this.moved[slot] = 0;
    this.failed[slot] = 0;
    this.steps.open(slot, this.creates(slot));
  }

  /** Takes the next step after one that is not the last and did not fail to open the file. */
  proceed(slot: number, step: number, value: number): void {
    if (step === STEP.opened) this.opened(slot, value);
    else if (step === STEP.moved) this.took(slot, value);
    else if (step === STEP.syncedFile) this.syncedFile(slot, value);
    else this.synced(slot, value);
  }

  /** The file is open. */
  private opened(slot: number, fd: number): void {
    this.fds[slot] = fd;
    this.task.stages?.opened(slot);
    this.next(slot);
  }

  /** A block was transferred, or not: `value` is bytes or a negative errno. */
  private took(slot: number, value: number): void {
    if (value > 0) {
      const moved = (this.moved[slot] ?? 0) + value;
      this.moved[slot] = moved;
      const more = moved < (this.task.slots.length[slot] ?? 0);
      if (more && this.creates(slot) && moved % this.blockBytes === 0) {
        renumber(this.task.buffers.views[slot]);
      }
      this.next(slot);
      return;
    }
    if (value < 0) this.failed[slot] = value;
    else if (this.creates(slot)) this.failed[slot] = -SHORT;
    this.closeFile(slot);
  }

  /** A file is durable, and its directory is next if required, or not: `value` is an errno. */
  private syncedFile(slot: number, value: number): void {
    if (value < 0 || this.task.sync?.directory !== true) this.synced(slot, value);
    else this.steps.syncDirectory(slot);
  }

  /** The last sync succeeded, or not. */
  private synced(slot: number, value: number): void {
    if (value < 0) this.failed[slot] = value;
    else this.task.stages?.synced(slot);
    this.closeFile(slot);
  }

  /** The file is closed: the first failure, because a later one may be its consequence. */
  ended(slot: number, value: number): number {
    this.fds[slot] = -1;
    const failed = this.failed[slot] ?? 0;
    if (failed < 0) return failed;
    if (value < 0) return value;
    const length = this.task.slots.length[slot] ?? 0;
    return (this.moved[slot] ?? 0) >= length ? length : -SHORT;
  }

  /** Descriptor that a completed step leaves open, if no further step follows; or -1. */
  leftOpen(slot: number, step: number, value: number): number {
    if (step === STEP.opened) return value;
    return step < STEP.looked ? (this.fds[slot] ?? -1) : -1;
  }

  /** Starts the next block; after the last one the sync, if the phase has one, or the close. */
  private next(slot: number): void {
    const moved = this.moved[slot] ?? 0;
    const length = this.task.slots.length[slot] ?? 0;
    const fd = this.fds[slot] ?? -1;
    if (moved >= length) {
      this.task.stages?.transferred(slot);
      const { sync } = this.task;
      if (sync === null || !this.creates(slot)) this.closeFile(slot);
      else this.steps.sync(slot, fd, sync.call === "fdatasync");
      return;
    }
    const block = this.blockBytes;
    if (this.creates(slot)) {
      const inBlock = moved % block;
      this.steps.write(slot, fd, moved, inBlock, Math.min(block - inBlock, length - moved));
      // A whole block, because direct reads have the size of blocks.
    } else this.steps.read(slot, fd, moved, block);
  }

  private closeFile(slot: number): void {
    this.steps.close(slot, this.fds[slot] ?? -1);
  }

  private creates(slot: number): boolean {
    return this.task.slots.operation[slot] === CREATE;
  }
}
