import { operationCode } from "../../model/plan/operation.ts";
import { RING_FILE, type Ring } from "../../posix/ring.ts";
import type { SessionTask } from "../engine.ts";
import { SHORT } from "../local/errno.ts";
import { FILE_MODE, type fileFlags } from "../local/open-files.ts";
import { renumber } from "../local/renumber.ts";
import type { EntryFlags } from "./async.ts";
import { type BufferCalls, bufferCalls } from "./buffer-calls.ts";
import type { Place } from "./file-paths.ts";

const CREATE = operationCode("create");

/** Step of an operation that a completion is of, in the lowest bits of its number. */
export const STEP = {
  ...{ opened: 0, moved: 1, syncedFile: 2, syncedDirectory: 3, looked: 4, ended: 5 },
} as const;

/** Number of a completion: the slot, and the step in the lowest bits. */
export const NUMBER = {
  of: (slot: number, step: number): number => slot * 8 + step,
  slot: (number: number): number => number >> 3,
  step: (number: number): number => number & 7,
} as const;

/** Ring and flags of a session for whole files. */
export interface TransferParts {
  readonly ring: Ring;
  /** Address of the slots' memory. */
  readonly base: number;
  readonly entryFlags: EntryFlags;
  readonly fileFlags: ReturnType<typeof fileFlags>;
}

/** The steps of `create` and `fetch`: open, the blocks one after another, sync, close. */
export class Transfers {
  private readonly task: SessionTask;
  private readonly parts: TransferParts;
  private readonly calls: BufferCalls;
  private readonly blockBytes: number;
  /** By slot: descriptor, bytes transferred and the first failure. */
  private readonly fds: Int32Array;
  private readonly moved: Float64Array;
  private readonly failed: Int32Array;

  constructor(task: SessionTask, parts: TransferParts) {
    this.task = task;
    this.parts = parts;
    const { slots, buffers, blockBytes } = task;
    this.calls = bufferCalls(parts.ring, parts.base, buffers);
    this.blockBytes = Math.min(blockBytes, buffers.strideBytes);
    this.fds = new Int32Array(slots.depth).fill(-1);
    this.moved = new Float64Array(slots.depth);
    this.failed = new Int32Array(slots.depth);
  }

  /** Notes for the stored result. */
  get notes(): Readonly<Record<string, number>> {
    return this.calls.notes;
  }

  /** Submits the open of a slot's file. */
  begin(slot: number, { directory, path }: Place): void {
    const { ring, entryFlags, fileFlags } = this.parts;
    this.moved[slot] = 0;
    this.failed[slot] = 0;
    const creates = this.creates(slot);
    const flags = creates ? fileFlags.create : fileFlags.read;
    const mode = creates ? FILE_MODE : 0;
    const id = NUMBER.of(slot, STEP.opened);
    ring.push(RING_FILE.open, entryFlags.read, directory, 0, path, mode, id, flags);
  }

  /** Takes the next step after one that is not the last and did not fail to open the file. */
  proceed(slot: number, step: number, value: number, place: Place): void {
    if (step === STEP.opened) this.opened(slot, value);
    else if (step === STEP.moved) this.took(slot, value);
    else if (step === STEP.syncedFile) this.syncedFile(slot, value, place);
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
  private syncedFile(slot: number, value: number, { directory }: Place): void {
    if (value < 0 || this.task.sync?.directory !== true) this.synced(slot, value);
    // Some file systems treat a directory's names as metadata, which fdatasync may omit.
    else this.parts.ring.pushSync(0, directory, false, NUMBER.of(slot, STEP.syncedDirectory));
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

  /** Descriptor that a completion leaves open, if no further step follows; or -1. */
  leftOpen(slot: number, step: number, value: number): number {
    if (step === STEP.opened) return value;
    return step < STEP.looked ? (this.fds[slot] ?? -1) : -1;
  }

  /** Submits the next block; after the last one the sync, if the phase has one, or the close. */
  private next(slot: number): void {
    const { slots, buffers } = this.task;
    const { ring, base, entryFlags } = this.parts;
    const moved = this.moved[slot] ?? 0;
    const length = slots.length[slot] ?? 0;
    const fd = this.fds[slot] ?? -1;
    if (moved >= length) {
      this.task.stages?.transferred(slot);
      const { sync } = this.task;
      if (sync === null || !this.creates(slot)) this.closeFile(slot);
      else ring.pushSync(0, fd, sync.call === "fdatasync", NUMBER.of(slot, STEP.syncedFile));
      return;
    }
    const at = base + slot * buffers.strideBytes;
    const id = NUMBER.of(slot, STEP.moved);
    const block = this.blockBytes;
    if (this.creates(slot)) {
      const inBlock = moved % block;
      const bytes = Math.min(block - inBlock, length - moved);
      ring.push(this.calls.write, entryFlags.write, fd, moved, at + inBlock, bytes, id);
      // A whole block, because direct reads have the size of blocks.
    } else ring.push(this.calls.read, entryFlags.read, fd, moved, at, block, id);
  }

  private closeFile(slot: number): void {
    const { ring, entryFlags } = this.parts;
    const id = NUMBER.of(slot, STEP.ended);
    ring.push(RING_FILE.close, entryFlags.read, this.fds[slot] ?? -1, 0, 0, 0, id);
  }

  private creates(slot: number): boolean {
    return this.task.slots.operation[slot] === CREATE;
  }
}
