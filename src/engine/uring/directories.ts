import fs from "node:fs";
import { type FileSystemCalls, O_PATH } from "../../posix/file-system.ts";
import type { Parents } from "../local/parents.ts";

interface Opened {
  readonly fd: number;
  /** Operations in flight that name it. */
  uses: number;
}

/**
 * Directories that operations in flight start from. One that the run does not keep open is opened
 * for them, and closed after the last one: the kernel looks a descriptor up when it executes an
 * operation, and another file could have the number of a closed one by then.
 */
export class UsedDirectories {
  private readonly parents: Parents;
  private readonly system: FileSystemCalls;
  private readonly filesPerDirectory: number;
  private readonly opened = new Map<number, Opened>();
  /** The directory that was used last stays open: the next operation often has the same. */
  private newest = -1;

  constructor(parents: Parents, system: FileSystemCalls, filesPerDirectory: number) {
    this.parents = parents;
    this.system = system;
    this.filesPerDirectory = filesPerDirectory;
  }

  /** Descriptor of a file's directory until {@link release}, or a negative errno. */
  take(file: number): number {
    const held = this.parents.held(file);
    if (held >= 0) return held;
    const number = this.numberOf(file);
    let opened = this.opened.get(number);
    if (opened === undefined) {
      const fd = this.parents.openDirectory(file, O_PATH | fs.constants.O_DIRECTORY);
      if (fd < 0) return fd;
      opened = { fd, uses: 0 };
      this.opened.set(number, opened);
    }
    opened.uses++;
    if (number !== this.newest) {
      const before = this.newest;
      this.newest = number;
      this.closeUnused(before);
    }
    return opened.fd;
  }

  /** The operation on a file is complete. */
  release(file: number): void {
    if (this.opened.size === 0) return;
    const number = this.numberOf(file);
    const opened = this.opened.get(number);
    if (opened === undefined) return;
    opened.uses--;
    this.closeUnused(number);
  }

  close(): void {
    for (const { fd } of this.opened.values()) this.system.close(fd);
    this.opened.clear();
  }

  private closeUnused(number: number): void {
    const opened = this.opened.get(number);
    if (opened === undefined || opened.uses > 0 || number === this.newest) return;
    this.opened.delete(number);
    this.system.close(opened.fd);
  }

  private numberOf(file: number): number {
    return Math.floor(file / this.filesPerDirectory);
  }
}
