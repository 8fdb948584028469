import { randomFillSync } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** Once for the phase that could not be stored, once for the end of the run. */
const DRAFTS = ["reserve-1", "reserve-2"];
const ROWS = "reserve-rows";
const ROWS_BYTES = 256 * 1024;
/** Room for the result of the next phase. */
const AHEAD_BYTES = 256 * 1024;

/**
 * Space kept in a results folder from the start, so that a run can be stored on a disk that became
 * full. A draft is written over blocks that are allocated already: nothing is freed that another
 * program could take first.
 */
export class Reserve {
  private readonly folder: string;
  private readonly drafts = [...DRAFTS];
  private draftBytes = 0;

  /** Writes the files; throws the system's error where there is no room for them. */
  constructor(folder: string) {
    this.folder = folder;
    fill(join(folder, ROWS), 0, ROWS_BYTES);
    this.growFor(0);
  }

  /** Makes sure that the next run.json fits, given the length of this one. */
  growFor(storedBytes: number): void {
    const needed = storedBytes + AHEAD_BYTES;
    if (needed <= this.draftBytes) return;
    const bytes = needed + AHEAD_BYTES;
    for (const name of this.drafts) fill(join(this.folder, name), this.draftBytes, bytes);
    this.draftBytes = bytes;
  }

  /** Frees what is kept for the last rows of the time line. */
  freeRows(): void {
    rmSync(join(this.folder, ROWS), { force: true });
  }

  /** Writes a text into a reserved file and returns its path; null where none is left. */
  write(text: string): string | null {
    const name = this.drafts.shift();
    if (name === undefined) return null;
    const path = join(this.folder, name);
    const fd = openSync(path, "r+");
    try {
      const data = Buffer.from(text);
      writeWhole(fd, data, 0);
      ftruncateSync(fd, data.length);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return path;
  }

  /** Removes the files. */
  remove(): void {
    for (const name of [ROWS, ...DRAFTS]) rmSync(join(this.folder, name), { force: true });
  }
}

/** Random bytes, because a file system that compresses would keep no space for zeros. */
function fill(path: string, fromBytes: number, toBytes: number): void {
  const fd = openSync(path, fromBytes === 0 ? "wx" : "r+");
  try {
    writeWhole(fd, randomFillSync(Buffer.alloc(toBytes - fromBytes)), fromBytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes all of the data: a disk that becomes full takes a part of it without an error. */
export function writeWhole(fd: number, data: Uint8Array, atBytes: number): void {
  for (let done = 0; done < data.length; ) {
    done += writeSync(fd, data, done, data.length - done, atBytes + done);
  }
}

/** Which folder a path leads to: device and inode. Null where there is none. */
export function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}
