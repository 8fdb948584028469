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

/** One draft for the phase that could not be stored, one for the end of the run. */
const DRAFTS = ["reserve-1", "reserve-2"];
const ROWS = "reserve-rows";
const ROWS_BYTES = 256 * 1024;
/** Space for the result of the next phase. */
const AHEAD_BYTES = 256 * 1024;

/** File of the reserve. It stays open, because its name may lead to another file later. */
interface Kept extends OwnFile {
  readonly name: string;
}

/**
 * Space allocated in the directory of a run at its start, so that the run can be stored on a disk
 * that became full. Drafts overwrite allocated blocks; freed blocks could go to another program.
 */
export class Reserve {
  private readonly folder: Folder;
  private readonly kept: Kept[] = [];
  private readonly drafts: Kept[] = [];
  private draftBytes = 0;

  /** Writes the files. @throws the system error if there is no space. */
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

  /** Makes space for the next run.json, given the length of this one. */
  growFor(storedBytes: number): void {
    const needed = storedBytes + AHEAD_BYTES;
    if (needed <= this.draftBytes) return;
    const bytes = needed + AHEAD_BYTES;
    for (const draft of this.drafts) fill(draft, this.draftBytes, bytes);
    this.draftBytes = bytes;
  }

  /** Frees the space for the last rows of the time series. */
  freeRows(): void {
    for (const kept of this.kept) if (kept.name === ROWS) this.free(kept);
  }

  /** Writes a text to a reserved file and closes it; null if none is left. */
  write(text: string): Kept | null {
    const draft = this.drafts.shift();
    if (draft === undefined) return null;
    if (identityAt(this.folder.at(draft.name)) !== draft.identity) {
      throw Object.assign(new Error(`${draft.name} was replaced`), { code: FOREIGN });
    }
    // The file is no longer part of the reserve and must not be emptied.
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

  /** Empties the file first: an open file keeps its space after it is removed. */
  private free({ name, fd, identity }: Kept): void {
    try {
      ftruncateSync(fd, 0);
      removeOwn(this.folder.at(name), identity);
    } catch {
      // A disk that rejects all changes keeps the file.
    }
  }
}

/** Writes random bytes: a compressing file system would allocate no space for zeros. */
function fill({ fd }: OwnFile, fromBytes: number, toBytes: number): void {
  writeWhole(fd, randomFillSync(Buffer.alloc(toBytes - fromBytes)), fromBytes);
  fsyncSync(fd);
}
