import { constants } from "node:os";
import { operationCode } from "../../model/plan/operation.ts";
import type { SessionTask } from "../engine.ts";
import { type FileSteps, STEP } from "./file-steps.ts";
import { Transfers } from "./transfers.ts";

const FETCH = operationCode("fetch");
const CREATE = operationCode("create");
const STAT = operationCode("stat");
const DELETE = operationCode("delete");

const { EEXIST, EINVAL, ENOENT, ENOSYS } = constants.errno;

/** Operations on whole files, many in flight on one thread; each is a sequence of steps. */
export class WholeFiles {
  private readonly task: SessionTask;
  private readonly steps: FileSteps;
  private readonly transfers: Transfers;
  /** By file, 1: it has its second name. Workers share no file. */
  private readonly renamed: Uint8Array;
  /** By file, 1: its rename is in flight. Its next one, of another epoch, waits for the result. */
  private readonly renaming: Uint8Array;
  private readonly waiting: number[] = [];
  private knowsNoReplace: boolean;
  /** By slot, 1: its rename must not replace a file. */
  private readonly noReplace: Uint8Array;

  /** `knowsNoReplace`: whether the engine has a rename that replaces no file. */
  constructor(task: SessionTask, steps: FileSteps, knowsNoReplace: boolean) {
    this.task = task;
    this.steps = steps;
    this.knowsNoReplace = knowsNoReplace;
    this.transfers = new Transfers(task, steps);
    const { slots, dataset, operations } = task;
    this.renamed = new Uint8Array(operations.includes("rename") ? dataset.count : 0);
    this.renaming = new Uint8Array(this.renamed.length);
    this.noReplace = new Uint8Array(slots.depth);
  }

  /** Starts the operation of a slot; a rename waits for another one of its file. */
  submit(slot: number): void {
    if (this.renaming[this.fileOf(slot)] === 1) this.waiting.push(slot);
    else this.start(slot);
  }

  /**
   * Takes the next step of an operation after one that is complete, with its result. Returns the
   * result of the operation after the last step, else null.
   */
  proceed(slot: number, step: number, value: number): number | null {
    const result = this.next(slot, step, value);
    if (result === null) return null;
    const file = this.fileOf(slot);
    this.steps.leave(slot, file);
    this.startNext(file);
    return result;
  }

  /** Descriptor that a completed step leaves open, if no further step follows; or -1. */
  leftOpen(slot: number, step: number, value: number): number {
    return this.transfers.leftOpen(slot, step, value);
  }

  private start(slot: number): void {
    const { steps } = this;
    const operation = this.task.slots.operation[slot];
    const file = this.fileOf(slot);
    const refused = steps.enter(slot, file, this.isRenamed(file), operation === STAT);
    if (refused < 0) {
      steps.refuse(slot, refused);
      this.startNext(file);
    } else if (operation === FETCH || operation === CREATE) this.transfers.begin(slot);
    else if (operation === STAT) steps.stat(slot);
    else if (operation === DELETE) steps.unlink(slot);
    else {
      this.renaming[file] = 1;
      if (this.knowsNoReplace) this.rename(slot, false);
      else steps.lookAtOther(slot, file, this.isRenamed(file));
    }
  }

  private next(slot: number, step: number, value: number): number | null {
    if (step === STEP.ended) return this.end(slot, value);
    if (step === STEP.opened && value < 0) return value;
    if (step < STEP.looked) {
      this.transfers.proceed(slot, step, value);
      return null;
    }
    if (value !== -ENOENT) return value === 0 ? -EEXIST : value;
    this.rename(slot, true);
    return null;
  }

  /** Result of the last step. */
  private end(slot: number, value: number): number | null {
    const operation = this.task.slots.operation[slot];
    if (operation === FETCH || operation === CREATE) return this.transfers.ended(slot, value);
    if (operation === STAT || operation === DELETE) return value;
    const file = this.fileOf(slot);
    if (this.noReplace[slot] === 1 && (value === -EINVAL || value === -ENOSYS)) {
      // NFS, FUSE and others: the new name is looked up before each rename.
      this.knowsNoReplace = false;
      this.steps.lookAtOther(slot, file, this.isRenamed(file));
      return null;
    }
    if (value === 0) this.renamed[file] = this.isRenamed(file) ? 0 : 1;
    return value;
  }

  private rename(slot: number, replaces: boolean): void {
    const file = this.fileOf(slot);
    this.noReplace[slot] = replaces ? 0 : 1;
    this.steps.rename(slot, file, this.isRenamed(file), replaces);
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
}
