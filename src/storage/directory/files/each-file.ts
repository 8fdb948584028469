import fs from "node:fs";
import { constants } from "node:os";
import { readOpenFileLimit } from "../../../environment/machine/host-limits.ts";
import { type DatasetLocation, directoryName } from "../../../model/plan/dataset.ts";
import { closeFile } from "../../../posix/confined.ts";
import type { DepthOptions } from "../../../posix/file-depth.ts";
import type { FilePerformer, FileReply, FileRequest, Steps } from "../../../posix/file-steps.ts";
import { type Folder, FolderChain } from "../../../posix/folder.ts";
import { makePace } from "../../target/pace.ts";

/** Files after which storage that has not proved slow counts as fast. */
const TRIAL_FILES = 64;

/** Slow files that prove it: a busy host delays single calls on any storage. */
const SLOW_FILES = 8;

/** Time of a slow file. */
const SLOW_FILE_MS = 1;

/** Directories whose files alternate. */
const ALTERNATING = 64;

/** Files of a directory that are read ahead to alternate. */
const READ_AHEAD_FILES = 4096;

/** Maximum share of the process's file descriptors for steps, and for unused directories. */
const DESCRIPTOR_SHARE = 1 / 16;

/** Returns how many of `most` may be open; at least 1. */
function allowed(most: number): number {
  const limit = readOpenFileLimit() ?? Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(most, Math.floor(limit * DESCRIPTOR_SHARE)));
}

/** How slow storage is found and used; tests set it. */
export interface SlowStorage {
  /** Time from which a file counts as slow. Default: 1 ms. */
  readonly fileMs?: number;
  /** Makes what performs the calls. Default: io_uring, or else Node's threads. */
  readonly performer?: () => FilePerformer;
}

/** Options for the steps of many files. */
export interface EachFileOptions extends DepthOptions {
  /** Calls between two readings of the clock; see `makePace`. */
  readonly callsPerCheck?: number | undefined;
  /**
   * Files per directory. On slow storage, files of several directories then alternate: the kernel
   * creates and removes the files of one directory one by one.
   */
  readonly filesPerDirectory?: number;
  readonly slow?: SlowStorage | undefined;
}

/**
 * Runs the steps of each file: by synchronous calls, which are several times as fast as others on
 * storage with low latency. If the first files show that the storage is slow, the rest is many in
 * flight. An aborted signal rejects with its reason between two files. Returns whether the storage
 * is slow.
 */
export async function eachFile(
  files: Iterable<number>,
  stepsOf: (file: number) => Steps<unknown>,
  options: EachFileOptions,
): Promise<boolean> {
  const { signal, onSlice, callsPerCheck, slow } = options;
  const pace = makePace(null, onSlice, callsPerCheck);
  const limitMs = slow?.fileMs ?? SLOW_FILE_MS;
  const rest = files[Symbol.iterator]();
  let slowFiles = 0;
  for (let count = 1; slowFiles < SLOW_FILES; count++) {
    signal?.throwIfAborted();
    const file = rest.next();
    if (file.done === true) return false;
    const startedMs = count > TRIAL_FILES ? 0 : performance.now();
    const steps = stepsOf(file.value);
    for (let step = steps.next(); step.done !== true; ) {
      step = steps.next(performNow(step.value));
      const pause = pace();
      if (pause !== null) await pause;
    }
    if (count <= TRIAL_FILES && performance.now() - startedMs >= limitMs) slowFiles++;
    // A file without calls also counts, so that the event loop runs.
    const pause = pace();
    if (pause !== null) await pause;
  }
  const { FILE_DEPTH, runAtDepth } = await import("../../../posix/file-depth.ts");
  const { filesPerDirectory } = options;
  const order = filesPerDirectory === undefined ? rest : alternate(rest, filesPerDirectory);
  const depth = allowed(FILE_DEPTH);
  await runAtDepth(order, stepsOf, { ...options, depth }, slow?.performer?.());
  return true;
}

/** Yields files of up to `ALTERNATING` directories in turn. */
function* alternate(files: Iterator<number>, filesPerDirectory: number): Generator<number> {
  const directoryOf = (file: number): number => Math.floor(file / filesPerDirectory);
  let queues: number[][] = [];
  let next = files.next();
  do {
    while (queues.length < ALTERNATING && next.done !== true) {
      const queue: number[] = [];
      const directory = directoryOf(next.value);
      while (next.done !== true && directoryOf(next.value) === directory) {
        queue.push(next.value);
        next = files.next();
        if (queue.length === READ_AHEAD_FILES) break;
      }
      queues.push(queue.reverse());
    }
    for (const queue of queues) yield queue.pop() ?? 0;
    queues = queues.filter((queue) => queue.length > 0);
  } while (queues.length > 0 || next.done !== true);
}

/** Runs steps by synchronous calls; returns their result. */
export function runNow<T>(steps: Steps<T>): T {
  for (let step = steps.next(); ; ) {
    if (step.done === true) return step.value;
    step = steps.next(performNow(step.value));
  }
}

/** The reply to a call other than `stat`. */
export function number(reply: FileReply): number {
  return typeof reply === "number" ? reply : 0;
}

const { ENOENT } = constants.errno;

/** Performs one call; a system error is a negative errno. */
export function performNow(request: FileRequest): FileReply {
  try {
    switch (request.call) {
      case "open":
        return request.directory.openFile(request.name, request.flags, request.mode);
      case "stat": {
        const at = request.directory.at(request.name);
        return fs.lstatSync(at, { throwIfNoEntry: false }) ?? -ENOENT;
      }
      case "unlink":
        fs.unlinkSync(request.directory.at(request.name));
        return 0;
      case "read": {
        const { fd, bytes, position } = request;
        return fs.readSync(fd, bytes, 0, bytes.length, position);
      }
      case "write": {
        const { fd, bytes, position } = request;
        return fs.writeSync(fd, bytes, 0, bytes.length, position);
      }
      case "fsync":
        fs.fsyncSync(request.fd);
        return 0;
      case "close":
        return closeFile(request.fd);
    }
  } catch (error) {
    if (error instanceof Error && "errno" in error && typeof error.errno === "number") {
      return error.errno;
    }
    throw error;
  }
}

/** Last component of a path below a run's directory. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** An open directory; `uses`: files whose steps name it. */
interface OpenFolder {
  readonly folder: Folder;
  uses: number;
}

/** Opens the directories of a dataset's files, and closes those that were not in use for long. */
export class DatasetFolders {
  private readonly chain: FolderChain;
  private readonly location: DatasetLocation;
  private readonly open = new Map<number, OpenFolder>();
  /** Directories that are not in use, those used last at the end: the next file often has one. */
  private readonly idle = new Set<number>();
  private mostIdle: number | undefined;

  constructor(folder: Folder, location: DatasetLocation) {
    this.chain = new FolderChain(folder);
    this.location = location;
  }

  /** Opens the directory of file `index` until the next call; throws FolderError. */
  of(index: number): Folder {
    const folder = this.take(index);
    this.release(index);
    return folder;
  }

  /** Opens the directory of file `index` until its {@link release}; throws FolderError. */
  take(index: number): Folder {
    const number = this.numberOf(index);
    let open = this.open.get(number);
    if (open === undefined) {
      open = { folder: this.enter(directoryName(this.location, index)), uses: 0 };
      this.open.set(number, open);
    }
    open.uses++;
    this.idle.delete(number);
    return open.folder;
  }

  /** The steps of file `index` have ended. */
  release(index: number): void {
    const number = this.numberOf(index);
    const open = this.open.get(number);
    if (open === undefined || --open.uses > 0) return;
    this.idle.add(number);
    this.mostIdle ??= allowed(ALTERNATING);
    if (this.idle.size <= this.mostIdle) return;
    const [oldest = number] = this.idle;
    this.idle.delete(oldest);
    this.open.get(oldest)?.folder.close();
    this.open.delete(oldest);
  }

  close(): void {
    for (const { folder } of this.open.values()) folder.close();
    this.open.clear();
    this.idle.clear();
    this.chain.close();
  }

  private numberOf(index: number): number {
    return Math.floor(index / this.location.filesPerDirectory);
  }

  /** Opens a directory below its parent, which stays open for the next one. */
  private enter(path: string): Folder {
    const name = lastName(path);
    return this.chain.to(path.slice(0, Math.max(0, path.length - name.length - 1))).below(name);
  }
}
