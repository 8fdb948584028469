import fs from "node:fs";
import { fileName, renamedName } from "../../model/plan/dataset.ts";
import type { Folder } from "../../posix/folder.ts";
import type { SessionTask } from "../engine.ts";
import { guarded } from "../local/errno.ts";
import { type FileSteps, STEP } from "../local/file-steps.ts";
import { FILE_MODE, fileFlags, nameIn } from "../local/open-files.ts";
import type { PoolCalls } from "./pool-calls.ts";
import type { PoolFolders } from "./pool-folders.ts";

/** The steps of operations on whole files as calls of Node's thread pool. */
export class PoolSteps implements FileSteps {
  private readonly task: SessionTask;
  private readonly calls: PoolCalls;
  private readonly folders: PoolFolders;
  private readonly flags: ReturnType<typeof fileFlags>;
  /** By slot: directory and name of its file. */
  private readonly directories: (Folder | undefined)[] = [];
  private readonly paths: string[] = [];
  private readonly refused: (slot: number, errno: number) => void;

  /** `refused` is called for an operation that failed before its first step. */
  constructor(
    task: SessionTask,
    calls: PoolCalls,
    folders: PoolFolders,
    refused: (slot: number, errno: number) => void,
  ) {
    this.task = task;
    this.calls = calls;
    this.folders = folders;
    this.flags = fileFlags(task);
    this.refused = refused;
  }

  enter(slot: number, file: number, isRenamed: boolean): number {
    return guarded(() => {
      const directory = this.folders.take(file);
      this.directories[slot] = directory;
      this.paths[slot] = directory.at(this.nameOf(file, isRenamed));
      return 0;
    });
  }

  leave(_slot: number, file: number): void {
    this.folders.release(file);
  }

  refuse(slot: number, errno: number): void {
    this.refused(slot, errno);
  }

  open(slot: number, creates: boolean): void {
    const { read, create } = this.flags;
    const ended = this.calls.begin(slot, STEP.opened);
    if (creates) fs.open(this.pathOf(slot), create, FILE_MODE, ended);
    else fs.open(this.pathOf(slot), read, ended);
  }

  read(slot: number, fd: number, position: number, bytes: number): void {
    this.calls.read(slot, STEP.moved, fd, 0, bytes, position);
  }

  write(slot: number, fd: number, position: number, at: number, bytes: number): void {
    this.calls.write(slot, STEP.moved, fd, at, bytes, position);
  }

  sync(slot: number, fd: number, dataOnly: boolean): void {
    this.calls.sync(slot, STEP.syncedFile, fd, dataOnly);
  }

  syncDirectory(slot: number): void {
    // Some file systems treat a directory's names as metadata, which fdatasync may omit.
    this.calls.sync(slot, STEP.syncedDirectory, this.directories[slot]?.fd ?? -1, false);
  }

  close(slot: number, fd: number): void {
    fs.close(fd, this.calls.begin(slot, STEP.ended));
  }

  stat(slot: number): void {
    fs.lstat(this.pathOf(slot), this.calls.begin(slot, STEP.ended));
  }

  unlink(slot: number): void {
    fs.unlink(this.pathOf(slot), this.calls.begin(slot, STEP.ended));
  }

  lookAtOther(slot: number, file: number, isRenamed: boolean): void {
    fs.lstat(this.otherOf(slot, file, isRenamed), this.calls.begin(slot, STEP.looked));
  }

  rename(slot: number, file: number, isRenamed: boolean): void {
    const to = this.otherOf(slot, file, isRenamed);
    fs.rename(this.pathOf(slot), to, this.calls.begin(slot, STEP.ended));
  }

  private pathOf(slot: number): string {
    return this.paths[slot] ?? "";
  }

  private otherOf(slot: number, file: number, isRenamed: boolean): string {
    return this.directories[slot]?.at(this.nameOf(file, !isRenamed)) ?? "";
  }

  private nameOf(file: number, isRenamed: boolean): string {
    return nameIn((isRenamed ? renamedName : fileName)(this.task.dataset, file));
  }
}
