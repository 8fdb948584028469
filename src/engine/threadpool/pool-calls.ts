import fs from "node:fs";
import type { SlotBuffers } from "../engine.ts";
import { STEP } from "../local/file-steps.ts";

/** Callback of one of Node's calls; `value`: bytes or a descriptor, if the call returns one. */
type Ended = (error: NodeJS.ErrnoException | null, value?: unknown) => void;

/**
 * Calls of Node's thread pool, at most one in flight per slot. Their callbacks are made once: an
 * operation allocates no callback.
 */
export class PoolCalls {
  /** Calls that have not returned. */
  inFlight = 0;
  private readonly buffers: SlotBuffers;
  /** By step, then by slot. */
  private readonly callbacks: readonly (readonly Ended[])[];

  /** `ended` receives each result: bytes, a descriptor or 0, or a negative errno. */
  constructor(
    depth: number,
    buffers: SlotBuffers,
    ended: (slot: number, step: number, value: number) => void,
  ) {
    this.buffers = buffers;
    const callback = (slot: number, step: number): Ended => {
      return (error, value) => {
        this.inFlight--;
        if (error !== null) ended(slot, step, errnoOf(error));
        else ended(slot, step, typeof value === "number" ? value : 0);
      };
    };
    this.callbacks = Object.values(STEP).map((step) =>
      Array.from({ length: depth }, (_, slot) => callback(slot, step)),
    );
  }

  /** Callback of a call that is made now. */
  begin(slot: number, step: number): Ended {
    const callback = this.callbacks[step]?.[slot];
    if (callback === undefined) throw new Error(`there is no slot ${slot} or step ${step}`);
    this.inFlight++;
    return callback;
  }

  /** Reads into the slot's memory from `at`. */
  read(slot: number, step: number, fd: number, at: number, bytes: number, position: number): void {
    fs.read(fd, this.memoryOf(slot), at, bytes, position, this.begin(slot, step));
  }

  /** Writes the slot's memory from `at`. */
  write(slot: number, step: number, fd: number, at: number, bytes: number, position: number): void {
    fs.write(fd, this.memoryOf(slot), at, bytes, position, this.begin(slot, step));
  }

  sync(slot: number, step: number, fd: number, dataOnly: boolean): void {
    const ended = this.begin(slot, step);
    if (dataOnly) fs.fdatasync(fd, ended);
    else fs.fsync(fd, ended);
  }

  private memoryOf(slot: number): Buffer {
    const view = this.buffers.views[slot];
    if (view === undefined) throw new Error(`slot ${slot} has no memory`);
    return view;
  }
}

/** @throws the error, if it is not the system's */
function errnoOf(error: NodeJS.ErrnoException): number {
  if (typeof error.errno === "number") return error.errno;
  throw error;
}
