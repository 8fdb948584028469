import fs from "node:fs";
import type { Libc } from "../../posix/libc.ts";
import type { SessionTask } from "../engine.ts";
import { guarded, SHORT } from "../local/errno.ts";
import { closeFiles, openFiles } from "../local/open-files.ts";
import { renumber } from "../local/renumber.ts";
import { syncCall } from "./durable.ts";

/** Positional I/O between files and the buffer of a slot. Results are bytes or a negative errno. */
export interface BlockIo {
  read(slot: number, file: number, offset: number, length: number): number;
  write(slot: number, file: number, offset: number, length: number): number;
  /** Makes a file durable; 0 or a negative errno. */
  sync(file: number): number;
  /** One block at `offset` of an open file; 0 at its end. */
  readBlock(fd: number, slot: number, offset: number): number;
  /** From `offset` to `end` or the end of the file, block by block; returns the bytes read. */
  readUpTo(fd: number, slot: number, offset: number, end: number): number;
  /** Writes `length` bytes from the start of the file; each block differs from the previous one. */
  writeWhole(fd: number, slot: number, length: number): number;
  close(): void;
}

type Transfer = (fd: number, slot: number, at: number, length: number, offset: number) => number;

/**
 * Opens a session's files: with `root`, every file of the dataset is opened now and kept open, so
 * that no operation includes an open; without it, only the transfer functions are made. Without
 * `libc` the calls go through Node.
 */
export function openBlockIo(task: SessionTask, root: string | null, libc: Libc | null): BlockIo {
  const files = root === null ? new Int32Array(0) : openFiles(task, root);
  const { pread, pwrite } = transfers(task, libc);
  const syncFile = syncCall(task.sync, libc);
  const block = task.blockBytes;
  const readUpTo: BlockIo["readUpTo"] = (fd, slot, offset, end) => {
    let position = offset;
    while (position < end) {
      const bytes = pread(fd, slot, 0, block, position);
      if (bytes < 0) return bytes;
      if (bytes === 0) break;
      position += bytes;
    }
    return position - offset;
  };
  return {
    read: (slot, file, offset, length) => {
      const bytes = pread(files[file] ?? -1, slot, 0, length, offset);
      return bytes === length || bytes < 0
        ? bytes
        : rest(pread, files[file] ?? -1, slot, bytes, length, offset);
    },
    write: (slot, file, offset, length) => {
      const bytes = pwrite(files[file] ?? -1, slot, 0, length, offset);
      return bytes === length || bytes < 0
        ? bytes
        : rest(pwrite, files[file] ?? -1, slot, bytes, length, offset);
    },
    sync: (file) => syncFile(files[file] ?? -1),
    readBlock: (fd, slot, offset) => pread(fd, slot, 0, block, offset),
    readUpTo,
    writeWhole: (fd, slot, length) => {
      for (let position = 0; position < length; position += block) {
        if (position > 0) renumber(task.buffers.views[slot]);
        const wanted = Math.min(block, length - position);
        const bytes = pwrite(fd, slot, 0, wanted, position);
        const all =
          bytes === wanted || bytes < 0 ? bytes : rest(pwrite, fd, slot, bytes, wanted, position);
        if (all < 0) return all;
      }
      return length;
    },
    close: () => closeFiles(task, files),
  };
}

/** Repeats short transfers; the next call returns the reason (end of file, ENOSPC). */
function rest(
  transfer: Transfer,
  fd: number,
  slot: number,
  first: number,
  length: number,
  offset: number,
): number {
  let moved = first;
  while (moved < length) {
    const bytes = transfer(fd, slot, moved, length - moved, offset + moved);
    if (bytes < 0) return bytes;
    if (bytes === 0) return -SHORT;
    moved += bytes;
  }
  return moved;
}

function transfers(
  task: SessionTask,
  libc: Libc | null,
): { readonly pread: Transfer; readonly pwrite: Transfer } {
  if (libc !== null) {
    const base = libc.addressOf(task.buffers.memory);
    const stride = task.buffers.strideBytes;
    return {
      pread: (fd, slot, at, length, offset) =>
        libc.pread(fd, base + slot * stride + at, length, offset),
      pwrite: (fd, slot, at, length, offset) =>
        libc.pwrite(fd, base + slot * stride + at, length, offset),
    };
  }
  const view = (slot: number): Buffer => task.buffers.views[slot] ?? Buffer.alloc(0);
  return {
    pread: (fd, slot, at, length, offset) =>
      guarded(() => fs.readSync(fd, view(slot), at, length, offset)),
    pwrite: (fd, slot, at, length, offset) =>
      guarded(() => fs.writeSync(fd, view(slot), at, length, offset)),
  };
}
