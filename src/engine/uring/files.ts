import { constants } from "node:os";
import { operationCode } from "../../model/plan/operation.ts";
import {
  AT_SYMLINK_NOFOLLOW,
  RENAME_NOREPLACE,
  STATX_BASIC_STATS,
} from "../../posix/file-system.ts";
import { keepForKernel } from "../../posix/kept-memory.ts";
import { RING_FILE } from "../../posix/ring.ts";
import type { BlockingSession, EngineError, SessionTask } from "../engine.ts";
import { explainErrno } from "../local/errno.ts";
import type { FilePaths } from "./file-paths.ts";
import { NUMBER, STEP, type TransferParts, Transfers } from "./transfers.ts";

const FETCH = operationCode("fetch");
const CREATE = operationCode("create");
const STAT = operationCode("stat");
const DELETE = operationCode("delete");

const { EEXIST, EINVAL, ENOENT, ENOSYS } = constants.errno;

/** Maximum wait for operations in flight when a session is closed. */
const CLOSE_WAIT_NS = 1e8;
const MAX_CLOSE_WAITS = 10;

/** Parts of a session that it closes at its end. */
export interface FilesParts extends TransferParts {
  readonly paths: FilePaths;
}

/**
 * Operations on whole files, many in flight on one thread. A slot has one entry in the ring at a
 * time: open, then the blocks, sync and close. Entries are not linked, and descriptors are those of
 * the process: for those of a ring, the kernel does not call a file system's `flush`, which makes
 * the data of a file visible to other clients of NFS.
 */
export class RingFiles implements BlockingSession {
  readonly drives = "blocking";
  private readonly task: SessionTask;
  private readonly parts: FilesParts;
  private readonly transfers: Transfers;
  /** Slots that failed before anything was submitted, and their results. */
  private refused: { readonly slot: number; readonly errno: number }[] = [];
  /** By file, 1: it has its second name. Workers share no file. */
  private readonly renamed: Uint8Array;
  /** By file, 1: its rename is in flight. Its next one, of another epoch, waits for the result. */
  private readonly renaming: Uint8Array;
  private readonly waiting: number[] = [];
  private readonly completed: Int32Array;
  private readonly results: Float64Array;
  private knowsNoReplace = true;
  /** By slot, 1: its rename must not replace a file. */
  private readonly noReplace: Uint8Array;

  constructor(task: SessionTask, parts: FilesParts) {
    this.task = task;
    this.parts = parts;
    this.transfers = new Transfers(task, parts);
    const { slots, dataset, operations } = task;
    // Kernels before 5.15 reject it, but they reject a ring with these options first.
    parts.ring.limitWorkers(slots.depth);
    this.renamed = new Uint8Array(operations.includes("rename") ? dataset.count : 0);
    this.renaming = new Uint8Array(this.renamed.length);
    this.noReplace = new Uint8Array(slots.depth);
    this.completed = new Int32Array(slots.depth);
    this.results = new Float64Array(slots.depth);
  }

  submit(slot: number): void {
    if (this.renaming[this.fileOf(slot)] === 1) this.waiting.push(slot);
    else this.start(slot);
  }

  private start(slot: number): void {
    const { ring, paths, entryFlags } = this.parts;
    const operation = this.task.slots.operation[slot];
    const file = this.fileOf(slot);
    const place = paths.of(slot, file, this.isRenamed(file), operation === STAT);
    const { directory, path } = place;
    if (directory < 0) this.refused.push({ slot, errno: directory });
    else if (operation === FETCH || operation === CREATE) this.transfers.begin(slot, place);
    else if (operation === STAT) this.look(directory, path, NUMBER.of(slot, STEP.ended));
    else if (operation === DELETE) {
      const id = NUMBER.of(slot, STEP.ended);
      ring.push(RING_FILE.unlink, entryFlags.read, directory, 0, path, 0, id);
    } else {
      this.renaming[file] = 1;
      if (this.knowsNoReplace) this.rename(slot, RENAME_NOREPLACE);
      else this.lookAtNewName(slot);
    }
  }

  reap(done: Int32Array, result: Float64Array, waitNs: number): number {
    let kept = 0;
    if (this.refused.length > 0) {
      const { refused } = this;
      this.refused = [];
      for (const { slot, errno } of refused) {
        done[kept] = slot;
        result[kept++] = errno;
        this.startNext(this.fileOf(slot));
      }
    }
    const { completed, results } = this;
    const count = this.parts.ring.reap(completed, results, kept > 0 ? 0 : waitNs);
    // One reading serves all completions that are seen together, as on the load side.
    if (count > 0) this.task.stages?.look();
    for (let i = 0; i < count; i++) {
      const id = completed[i] ?? 0;
      const slot = NUMBER.slot(id);
      const outcome = this.proceed(slot, NUMBER.step(id), results[i] ?? 0);
      if (outcome === null) continue;
      this.parts.paths.release(slot, this.fileOf(slot));
      this.startNext(this.fileOf(slot));
      done[kept] = slot;
      result[kept++] = outcome;
    }
    return kept;
  }

  explain(result: number): EngineError {
    return explainErrno(result);
  }

  counters(): Readonly<Record<string, number>> {
    return this.transfers.notes;
  }

  close(): void {
    const { ring, paths } = this.parts;
    this.drain();
    if (ring.close()) {
      keepForKernel(this.task.buffers.memory);
      keepForKernel(paths.memory);
    }
    paths.close();
  }

  /** Takes the next step of an operation; returns its result after the last one, else null. */
  private proceed(slot: number, step: number, value: number): number | null {
    if (step === STEP.ended) return this.end(slot, value);
    if (step === STEP.opened && value < 0) return value;
    if (step < STEP.looked) {
      this.transfers.proceed(slot, step, value, this.parts.paths.at(slot));
      return null;
    }
    if (value !== -ENOENT) return value === 0 ? -EEXIST : value;
    this.rename(slot, 0);
    return null;
  }

  /** Result of the last step. */
  private end(slot: number, value: number): number | null {
    const operation = this.task.slots.operation[slot];
    if (operation === FETCH || operation === CREATE) return this.transfers.ended(slot, value);
    if (operation === STAT || operation === DELETE) return value;
    if (this.noReplace[slot] === 1 && (value === -EINVAL || value === -ENOSYS)) {
      // NFS, FUSE and others: the new name is looked up before each rename.
      this.knowsNoReplace = false;
      this.lookAtNewName(slot);
      return null;
    }
    const file = this.fileOf(slot);
    if (value === 0) this.renamed[file] = this.isRenamed(file) ? 0 : 1;
    return value;
  }

  /** Submits a stat of a path; the file itself is not opened. */
  private look(directory: number, path: number, id: number): void {
    const { ring, paths, entryFlags } = this.parts;
    const [mask, flags] = [STATX_BASIC_STATS, AT_SYMLINK_NOFOLLOW];
    ring.push(RING_FILE.stat, entryFlags.read, directory, paths.stat, path, mask, id, flags);
  }

  private lookAtNewName(slot: number): void {
    const { paths } = this.parts;
    const file = this.fileOf(slot);
    const name = paths.other(slot, file, this.isRenamed(file));
    this.look(paths.at(slot).directory, name, NUMBER.of(slot, STEP.looked));
  }

  private rename(slot: number, flags: number): void {
    const { ring, paths, entryFlags } = this.parts;
    const file = this.fileOf(slot);
    const { directory, path } = paths.at(slot);
    const to = paths.other(slot, file, this.isRenamed(file));
    const id = NUMBER.of(slot, STEP.ended);
    this.noReplace[slot] = flags === 0 ? 0 : 1;
    ring.push(RING_FILE.rename, entryFlags.read, directory, to, path, directory, id, flags);
  }

  /** Starts the next rename of a file after one is complete or was refused. */
  private startNext(file: number): void {
    if (this.renaming.length === 0) return;
    this.renaming[file] = 0;
    const at = this.waiting.findIndex((slot) => this.fileOf(slot) === file);
    if (at >= 0) for (const slot of this.waiting.splice(at, 1)) this.start(slot);
  }

  private fileOf(slot: number): number {
    return this.task.slots.file[slot] ?? 0;
  }

  private isRenamed(file: number): boolean {
    return this.renamed[file] === 1;
  }

  /** Waits for operations in flight and closes their files, which the kernel would keep open. */
  private drain(): void {
    const { ring, paths } = this.parts;
    for (let waits = 0; waits < MAX_CLOSE_WAITS && ring.inFlight > 0; waits++) {
      const count = ring.reap(this.completed, this.results, CLOSE_WAIT_NS);
      for (let i = 0; i < count; i++) {
        const id = this.completed[i] ?? 0;
        paths.closeFile(
          this.transfers.leftOpen(NUMBER.slot(id), NUMBER.step(id), this.results[i] ?? -1),
        );
      }
    }
  }
}
