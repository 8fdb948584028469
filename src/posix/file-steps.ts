/**
 * Steps on files as generators: they yield one system call at a time, so that the same code runs
 * one call after another on fast storage, and many in flight on slow storage. `file-depth.ts` keeps
 * them in flight, through `file-ring.ts` (io_uring) or `file-pool.ts` (Node's threads).
 */
import type { Stats } from "node:fs";
import type { Folder } from "./folder.ts";

/** Facts on a file itself, links not followed; times in milliseconds, 0 if unknown. */
export interface FileFacts
  extends Pick<Stats, "uid" | "nlink" | "size" | "birthtimeMs" | "ctimeMs"> {
  isFile(): boolean;
}

/** A call on a name in an open directory, which follows no link and enters no mount. */
interface NamedCall {
  readonly directory: Folder;
  readonly name: string;
}

/** A transfer of all of `bytes`, or less, from a position of an open file. */
interface Transfer {
  readonly fd: number;
  readonly bytes: Buffer;
  readonly position: number;
}

/** One system call. */
export type FileRequest =
  | (NamedCall & { readonly call: "open"; readonly flags: number; readonly mode?: number })
  | (NamedCall & { readonly call: "stat" | "unlink" })
  | (Transfer & { readonly call: "read" | "write" })
  | { readonly call: "fsync" | "close"; readonly fd: number };

/** Result of a call: a descriptor, bytes or 0, or a negative errno; facts of a `stat`. */
export type FileReply = number | FileFacts;

/** Steps that yield their calls and receive the replies. */
export type Steps<T = void> = Generator<FileRequest, T, FileReply>;

/** Performs the calls of many steps, one per slot. */
export interface FilePerformer {
  /** Starts a call; the slot has none in flight. */
  start(slot: number, request: FileRequest): void;
  /**
   * Passes on the replies that have arrived, after a turn of the event loop. Waits some
   * milliseconds for the first.
   */
  turn(receive: (slot: number, reply: FileReply) => void): Promise<void>;
  close(): void;
}
