import { randomFillSync } from "node:crypto";
import { closeSync, fsyncSync, ftruncateSync } from "node:fs";
import type { Folder } from "../../posix/folder.ts";
import {
  FOREIGN,
  identityAt,
  makeOwnFile,
  type OwnFile,
  removeOwn,
  writeWhole,
} from "./own-file.ts";

/** Once for the phase that could not be stored, once for the end of the run. */
const DRAFTS = ["reserve-1", "reserve-2"];
const ROWS = "reserve-rows";
const ROWS_BYTES = 256 * 1024;
/** Room for the result of the next phase. */
const AHEAD_BYTES = 256 * 1024;

/** A file of the reserve, open from when it was made: a name may lead to another one by now. */
interface Kept extends OwnFile {
  readonly name: string;
}

/**
 * Space kept in a results folder from the start, so that a run can be stored on a disk that became
 * full. A draft is written over blocks that are allocated already: nothing is freed that another
 * program could take first.
 */
export class Reserve {
  private readonly folder: Folder;
  private readonly kept: Kept[] = [];
  private readonly drafts: Kept[] = [];
  private draftBytes = 0;

  /** Writes the files; throws the system's error where there is no room for them. */
  constructor(folder: Folder) {
    this.folder = folder;
    try {
      fill(this.keep(ROWS), 0, ROWS_BYTES);
      for (const name of DRAFTS) this.drafts.push(this.keep(name));
      this.growFor(0);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Makes sure that the next run.json fits, given the length of this one. */
  growFor(storedBytes: number): void {
    const needed = storedBytes + AHEAD_BYTES;
    if (needed <= this.draftBytes) return;
    const bytes = needed + AHEAD_BYTES;
    for (const draft of this.drafts) fill(draft, this.draftBytes, bytes);
    this.draftBytes = bytes;
  }

  /** Frees what is kept for the last rows of the time line. */
  freeRows(): void {
    for (const kept of this.kept) if (kept.name === ROWS) this.free(kept);
  }

  /** Writes a text into a reserved file, which is closed then; null where none is left. */
  write(text: string): Kept | null {
    const draft = this.drafts.shift();
    if (draft === undefined) return null;
    if (identityAt(this.folder.at(draft.name)) !== draft.identity) {
      throw Object.assign(new Error(`${draft.name} was replaced`), { code: FOREIGN });
    }
    // From now on it is no reserve, and is not to be emptied.
    this.kept.splice(this.kept.indexOf(draft), 1);
    try {
      const data = Buffer.from(text);
      writeWhole(draft.fd, data, 0);
      ftruncateSync(draft.fd, data.length);
      fsyncSync(draft.fd);
    } finally {
      closeSync(draft.fd);
    }
    return draft;
  }

  /** Removes the files. */
  remove(): void {
    for (const kept of this.kept.splice(0)) {
      this.free(kept);
      closeSync(kept.fd);
    }
  }

  private keep(name: string): Kept {
    const kept = { name, ...makeOwnFile(this.folder.at(name)) };
    this.kept.push(kept);
    return kept;
  }

  /** One that is open takes its space until it is emptied. */
  private free({ name, fd, identity }: Kept): void {
    try {
      ftruncateSync(fd, 0);
      removeOwn(this.folder.at(name), identity);
    } catch {
      // A disk that no longer takes any change keeps it.
    }
  }
}

/** Random bytes, because a file system that compresses would keep no space for zeros. */
function fill({ fd }: OwnFile, fromBytes: number, toBytes: number): void {
  writeWhole(fd, randomFillSync(Buffer.alloc(toBytes - fromBytes)), fromBytes);
  fsyncSync(fd);
}
