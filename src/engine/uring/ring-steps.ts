import {
  AT_SYMLINK_NOFOLLOW,
  RENAME_NOREPLACE,
  STATX_BASIC_STATS,
} from "../../posix/file-system.ts";
import { RING_FILE, type Ring } from "../../posix/ring.ts";
import type { SlotBuffers } from "../engine.ts";
import { type FileSteps, STEP } from "../local/file-steps.ts";
import { FILE_MODE, type fileFlags } from "../local/open-files.ts";
import type { EntryFlags } from "./async.ts";
import { type BufferCalls, bufferCalls } from "./buffer-calls.ts";
import type { FilePaths } from "./file-paths.ts";

/** Number of a completion: the slot, and the step in the lowest bits. */
export const NUMBER = {
  of: (slot: number, step: number): number => slot * 8 + step,
  slot: (number: number): number => number >> 3,
  step: (number: number): number => number & 7,
} as const;

/** Parts of a session for whole files, which it closes at its end. */
export interface FilesParts {
  readonly ring: Ring;
  /** Address of the slots' memory. */
  readonly base: number;
  readonly entryFlags: EntryFlags;
  readonly fileFlags: ReturnType<typeof fileFlags>;
  readonly paths: FilePaths;
}

/** The steps of operations on whole files as entries of a ring. */
export class RingSteps implements FileSteps {
  /** Slots that failed before anything was submitted, and their results. */
  refused: { readonly slot: number; readonly errno: number }[] = [];
  private readonly parts: FilesParts;
  private readonly strideBytes: number;
  private readonly calls: BufferCalls;

  constructor(parts: FilesParts, buffers: SlotBuffers) {
    this.parts = parts;
    this.strideBytes = buffers.strideBytes;
    this.calls = bufferCalls(parts.ring, parts.base, buffers);
  }

  /** Notes for the stored result. */
  get notes(): Readonly<Record<string, number>> {
    return this.calls.notes;
  }

  enter(slot: number, file: number, isRenamed: boolean, whole: boolean): number {
    const { directory } = this.parts.paths.of(slot, file, isRenamed, whole);
    return Math.min(0, directory);
  }

  leave(slot: number, file: number): void {
    this.parts.paths.release(slot, file);
  }

  refuse(slot: number, errno: number): void {
    this.refused.push({ slot, errno });
  }

  open(slot: number, creates: boolean): void {
    const { ring, paths, entryFlags, fileFlags } = this.parts;
    const { directory, path } = paths.at(slot);
    const flags = creates ? fileFlags.create : fileFlags.read;
    const mode = creates ? FILE_MODE : 0;
    const id = NUMBER.of(slot, STEP.opened);
    ring.push(RING_FILE.open, entryFlags.read, directory, 0, path, mode, id, flags);
  }

  read(slot: number, fd: number, position: number, bytes: number): void {
    const { ring, entryFlags } = this.parts;
    const id = NUMBER.of(slot, STEP.moved);
    ring.push(this.calls.read, entryFlags.read, fd, position, this.memoryOf(slot), bytes, id);
  }

  write(slot: number, fd: number, position: number, at: number, bytes: number): void {
    const { ring, entryFlags } = this.parts;
    const id = NUMBER.of(slot, STEP.moved);
    const from = this.memoryOf(slot) + at;
    ring.push(this.calls.write, entryFlags.write, fd, position, from, bytes, id);
  }

  sync(slot: number, fd: number, dataOnly: boolean): void {
    this.parts.ring.pushSync(0, fd, dataOnly, NUMBER.of(slot, STEP.syncedFile));
  }

  syncDirectory(slot: number): void {
    const { ring, paths } = this.parts;
    // Some file systems treat a directory's names as metadata, which fdatasync may omit.
    ring.pushSync(0, paths.at(slot).directory, false, NUMBER.of(slot, STEP.syncedDirectory));
  }

  close(slot: number, fd: number): void {
    const { ring, entryFlags } = this.parts;
    ring.push(RING_FILE.close, entryFlags.read, fd, 0, 0, 0, NUMBER.of(slot, STEP.ended));
  }

  stat(slot: number): void {
    this.look(slot, this.parts.paths.at(slot).path, STEP.ended);
  }

  unlink(slot: number): void {
    const { ring, paths, entryFlags } = this.parts;
    const { directory, path } = paths.at(slot);
    const id = NUMBER.of(slot, STEP.ended);
    ring.push(RING_FILE.unlink, entryFlags.read, directory, 0, path, 0, id);
  }

  lookAtOther(slot: number, file: number, isRenamed: boolean): void {
    this.look(slot, this.parts.paths.other(slot, file, isRenamed), STEP.looked);
  }

  rename(slot: number, file: number, isRenamed: boolean, replaces: boolean): void {
    const { ring, paths, entryFlags } = this.parts;
    const { directory, path } = paths.at(slot);
    const to = paths.other(slot, file, isRenamed);
    const id = NUMBER.of(slot, STEP.ended);
    const flags = replaces ? 0 : RENAME_NOREPLACE;
    ring.push(RING_FILE.rename, entryFlags.read, directory, to, path, directory, id, flags);
  }

  /** Submits a stat of a path; the file itself is not opened. */
  private look(slot: number, path: number, step: number): void {
    const { ring, paths, entryFlags } = this.parts;
    const { directory } = paths.at(slot);
    const [mask, flags, id] = [STATX_BASIC_STATS, AT_SYMLINK_NOFOLLOW, NUMBER.of(slot, step)];
    ring.push(RING_FILE.stat, entryFlags.read, directory, paths.stat, path, mask, id, flags);
  }

  private memoryOf(slot: number): number {
    return this.parts.base + slot * this.strideBytes;
  }
}
