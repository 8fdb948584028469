import fs from "node:fs";
import { constants } from "node:os";
import { promisify } from "node:util";
import { sameMount } from "./confined.ts";
import type { FilePerformer, FileReply, FileRequest } from "./file-steps.ts";

/** Maximum wait for a reply in one turn. */
const WAIT_MS = 20;

const calls = {
  open: promisify(fs.open),
  lstat: promisify(fs.lstat),
  unlink: promisify(fs.unlink),
  read: promisify(fs.read),
  write: promisify(fs.write),
  fsync: promisify(fs.fsync),
  close: promisify(fs.close),
};

/** Asynchronous calls of Node, as many in flight as its pool has threads (UV_THREADPOOL_SIZE). */
export class FilePool implements FilePerformer {
  private readonly replies: (readonly [slot: number, reply: FileReply | Error])[] = [];
  private wake: () => void = () => {};

  start(slot: number, request: FileRequest): void {
    const end = (reply: FileReply | Error): void => {
      this.replies.push([slot, reply]);
      this.wake();
    };
    perform(request).then(end, (error) => end(errnoOf(error)));
  }

  async turn(receive: (slot: number, reply: FileReply) => void): Promise<void> {
    if (this.replies.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, WAIT_MS);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (const [slot, reply] of this.replies.splice(0)) {
      if (reply instanceof Error) throw reply;
      receive(slot, reply);
    }
  }

  close(): void {
    this.wake = () => {};
  }
}

async function perform(request: FileRequest): Promise<FileReply> {
  switch (request.call) {
    case "open":
      return open(request);
    case "stat":
      return calls.lstat(request.directory.at(request.name));
    case "read": {
      const { fd, bytes, position } = request;
      return (await calls.read(fd, bytes, 0, bytes.length, position)).bytesRead;
    }
    case "write": {
      const { fd, bytes, position } = request;
      return (await calls.write(fd, bytes, 0, bytes.length, position)).bytesWritten;
    }
    case "unlink":
      await calls.unlink(request.directory.at(request.name));
      return 0;
    case "fsync":
    case "close":
      await calls[request.call](request.fd);
      return 0;
  }
}

type OpenRequest = Extract<FileRequest, { readonly call: "open" }>;

async function open({ directory, name, flags, mode = 0 }: OpenRequest): Promise<number> {
  const fd = await calls.open(directory.at(name), flags | fs.constants.O_NOFOLLOW, mode);
  // A new file cannot be on another mount.
  if ((flags & fs.constants.O_EXCL) !== 0 || sameMount(directory.fd, fd)) return fd;
  await calls.close(fd);
  return -constants.errno.EXDEV;
}

/** The negative errno of a failed call; any other error itself. */
function errnoOf(error: unknown): number | Error {
  if (!(error instanceof Error)) return new Error(String(error));
  return "errno" in error && typeof error.errno === "number" ? error.errno : error;
}
