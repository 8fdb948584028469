import { mkdirSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Folder, type FolderIdentity } from "../../posix/folder.ts";
import { AppendFile } from "./append-file.ts";
import {
  foreign,
  guarded,
  identityAt,
  makeFolder,
  moveInto,
  OTHER_RESULTS,
  placeText,
  removeOwn,
} from "./own-file.ts";
import { Reserve } from "./reserve.ts";

/** File of a stored run with its page. */
export const RUN_PAGE = "report.html";

/**
 * Directory of one run. It stays open: files are created, replaced and removed in it even if its
 * path leads elsewhere later, and files of other programs are never overwritten. If a write fails,
 * the text goes to reserved space, or to a directory for temporary files.
 */
export class ResultsFolder {
  private readonly wanted: string;
  private readonly remedy: string;
  private at: string;
  private readonly reserve: Reserve;
  private readonly files: AppendFile[] = [];
  /** Identity of each file that this run wrote, by name. */
  private readonly placed = new Map<string, string>();
  private folder: Folder;

  /** Creates the directory and its missing parents. `remedy`: a clause for failed writes. */
  constructor(resultsFolder: string, runId: string, remedy = OTHER_RESULTS) {
    this.wanted = join(resultsFolder, runId);
    this.remedy = remedy;
    this.at = this.wanted;
    const make = () => {
      makeFolder(resultsFolder);
      mkdirSync(this.at);
    };
    guarded(resultsFolder, make, remedy);
    this.folder = guarded(this.at, () => Folder.open(this.at), remedy);
    try {
      this.reserve = guarded(this.at, () => new Reserve(this.folder), remedy);
    } catch (error) {
      this.removeFolder();
      this.folder.close();
      throw error;
    }
  }

  /** Path of the run; a temporary directory if the requested one could not be written. */
  get path(): string {
    return this.at;
  }

  /** Device and inode of the directory. */
  get identity(): FolderIdentity {
    return this.folder.identity;
  }

  /** Creates a file that grows. */
  open(name: string): AppendFile {
    const make = () => new AppendFile(name, this.folder.at(name));
    const file = guarded(this.at, make, this.remedy);
    this.files.push(file);
    return file;
  }

  append(file: AppendFile, text: string): void {
    guarded(this.at, () => file.append(text), this.remedy);
  }

  /**
   * Appends a text to a file that nothing replaced; then makes space to store `storedBytes`.
   * `isSynced`: waits until the storage has all texts of the file.
   */
  appendResult(file: AppendFile, text: string, storedBytes: number, isSynced: boolean): void {
    const write = () => {
      this.checkIdentity();
      if (identityAt(this.folder.at(file.name)) !== file.identity) throw foreign();
      file.append(text);
      if (isSynced) file.sync();
      if (this.at === this.wanted) this.reserve.growFor(storedBytes);
    };
    guarded(this.wanted, write, this.remedy);
  }

  /** Closes and removes a file that grew. */
  drop(file: AppendFile): void {
    this.files.splice(this.files.indexOf(file), 1);
    try {
      removeOwn(this.folder.at(file.name), file.identity);
    } catch {
      // Without /proc, a directory that was moved cannot be identified.
    }
    file.close();
  }

  /** Replaces a file atomically, then makes space for the next version. */
  replace(name: string, text: string): void {
    const write = () => {
      this.checkIdentity();
      this.place(name, text);
      if (this.at === this.wanted) this.reserve.growFor(text.length);
    };
    guarded(this.wanted, write, this.remedy);
  }

  /** Frees the space for the last rows of the time series. */
  freeRows(): void {
    if (this.isThere()) this.reserve.freeRows();
  }

  /**
   * Replaces a file if {@link replace} cannot: in reserved space, in the directory created again,
   * or in a temporary directory. Returns whether one of them succeeded.
   */
  rescue(name: string, text: string): boolean {
    return [this.fromReserve, this.inNewFolder, this.elsewhere].some((way) => {
      try {
        return way(name, text);
      } catch {
        // Try the next one; the error of the first write is reported.
        return false;
      }
    });
  }

  /** Frees the reserve and closes the files. */
  close(): void {
    for (const file of this.files.splice(0)) file.close();
    this.reserve.remove();
    this.folder.close();
  }

  /** Removes the directory, unless it contains files of other programs. */
  remove(): void {
    this.reserve.remove();
    try {
      for (const { name, identity } of this.files) removeOwn(this.folder.at(name), identity);
      for (const [name, identity] of this.placed) removeOwn(this.folder.at(name), identity);
    } catch {
      // Without /proc, a directory that was moved cannot be identified.
    }
    this.removeFolder();
  }

  private readonly fromReserve = (name: string, text: string): boolean => {
    if (this.at !== this.wanted || !this.isThere()) return false;
    const draft = this.reserve.write(text);
    if (draft === null) return false;
    const path = this.folder.at(draft.name);
    try {
      moveInto(path, this.folder.at(name), this.placed.get(name) ?? null);
    } catch (error) {
      removeOwn(path, draft.identity);
      throw error;
    }
    this.placed.set(name, draft.identity);
    return true;
  };

  /** Only if the path does not exist: anything there belongs to another program. */
  private readonly inNewFolder = (name: string, text: string): boolean => {
    if (this.at !== this.wanted || identityAt(this.at) !== null) return false;
    makeFolder(dirname(this.at));
    mkdirSync(this.at);
    this.moveTo(this.at, name, text);
    return true;
  };

  private readonly elsewhere = (name: string, text: string): boolean => {
    if (this.at === this.wanted) {
      const folder = mkdtempSync(join(tmpdir(), "assay-results-"));
      this.moveTo(folder, name, text);
    } else this.place(name, text);
    return true;
  };

  /** Moves `run.json` first: it has the finished phases. */
  private moveTo(path: string, name: string, text: string): void {
    const folder = Folder.open(path);
    let identity: string;
    try {
      identity = placeText(folder.at(name), text, null);
    } catch (error) {
      folder.close();
      throw error;
    }
    this.reserve.remove();
    this.folder.close();
    this.folder = folder;
    this.at = path;
    this.placed.clear();
    this.placed.set(name, identity);
    for (const file of this.files) file.moveTo(folder.at(file.name));
  }

  private removeFolder(): void {
    try {
      if (this.isThere()) rmdirSync(this.at);
    } catch {
      // The directory contains files of other programs.
    }
  }

  private place(name: string, text: string): void {
    const known = this.placed.get(name) ?? null;
    this.placed.set(name, placeText(this.folder.at(name), text, known));
  }

  private isThere(): boolean {
    try {
      return this.folder.isInPlace();
    } catch {
      return false;
    }
  }

  private checkIdentity(): void {
    if (this.folder.isInPlace()) return;
    const code = identityAt(this.at) === null ? "EREMOVED" : "EREPLACED";
    throw Object.assign(new Error(), { code });
  }
}

/**
 * Writes another file of a stored run, such as `report.md`. `identity`: device and inode of its
 * directory; another directory at the same path is not written to.
 */
export function storeFile(
  { folder, identity }: { readonly folder: string; readonly identity: FolderIdentity },
  name: string,
  text: string,
): void {
  guarded(folder, () => {
    const open = Folder.open(folder);
    try {
      if (!open.is(identity)) throw Object.assign(new Error(), { code: "EREPLACED" });
      placeText(open.at(name), text, null);
    } finally {
      open.close();
    }
  });
}
