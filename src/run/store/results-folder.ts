import { mkdirSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { codeOf, PreflightError } from "../../model/fault/errors.ts";
import { Folder, type FolderIdentity } from "../../posix/folder.ts";
import { AppendFile } from "./append-file.ts";
import { FOREIGN, identityAt, makeFolder, moveInto, placeText, removeOwn } from "./own-file.ts";
import { Reserve } from "./reserve.ts";

/**
 * The folder of one run on disk. It is held open: files are made, replaced and removed in it,
 * whatever its path leads to by then, and never over one that others put there. What can no longer
 * be written there goes into the space that was reserved, or else into a folder for temporary
 * files: what was measured is not lost.
 */
export class ResultsFolder {
  private readonly wanted: string;
  private at: string;
  private readonly reserve: Reserve;
  private readonly files: AppendFile[] = [];
  /** The files that were replaced, by name: which one is this run's. */
  private readonly placed = new Map<string, string>();
  private folder: Folder;

  /** Makes the folder, and those above it that are missing. */
  constructor(resultsFolder: string, runId: string) {
    this.wanted = join(resultsFolder, runId);
    this.at = this.wanted;
    guarded(resultsFolder, () => {
      makeFolder(resultsFolder);
      mkdirSync(this.at);
    });
    this.folder = guarded(this.at, () => Folder.open(this.at));
    try {
      this.reserve = guarded(this.at, () => new Reserve(this.folder));
    } catch (error) {
      this.removeFolder();
      this.folder.close();
      throw error;
    }
  }

  /** Where the run is stored; another folder than was asked for where that could not take it. */
  get path(): string {
    return this.at;
  }

  /** Which folder that is: device and inode. */
  get identity(): FolderIdentity {
    return this.folder.identity;
  }

  /** Makes a file that grows. */
  open(name: string): AppendFile {
    const file = guarded(this.at, () => new AppendFile(name, this.folder.at(name)));
    this.files.push(file);
    return file;
  }

  append(file: AppendFile, text: string): void {
    guarded(this.at, () => file.append(text));
  }

  /** Replaces a file: written next to it, synced, renamed; then makes room for the next time. */
  replace(name: string, text: string): void {
    guarded(this.wanted, () => {
      this.checkIdentity();
      this.place(name, text);
      if (this.at === this.wanted) this.reserve.growFor(text.length);
    });
  }

  /** Frees the space for the last rows of the time line. */
  freeRows(): void {
    if (this.isThere()) this.reserve.freeRows();
  }

  /**
   * Replaces a file where {@link replace} cannot: from the reserve, in the folder made again, or
   * elsewhere. Returns whether any of it succeeded.
   */
  rescue(name: string, text: string): boolean {
    return [this.fromReserve, this.inNewFolder, this.elsewhere].some((way) => {
      try {
        return way(name, text);
      } catch {
        // The next way, then; why the first could not be written is what the user is told.
        return false;
      }
    });
  }

  /** Gives the reserve back and closes the files. */
  close(): void {
    for (const file of this.files.splice(0)) file.close();
    this.reserve.remove();
    this.folder.close();
  }

  /** Removes the folder, if others have put nothing there: without a run it is in the way. */
  remove(): void {
    this.reserve.remove();
    try {
      for (const { name, identity } of this.files) removeOwn(this.folder.at(name), identity);
      for (const [name, identity] of this.placed) removeOwn(this.folder.at(name), identity);
    } catch {
      // Without /proc, a folder that was moved cannot be told from another.
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

  /** Only where nothing is: something else of that name belongs to someone else. */
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

  /** The file first: it holds the finished phases. */
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
      // Something of others is in it.
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
 * Writes another file of a stored run, `report.md` or `summary.csv`. `identity`: which folder that
 * of the run is; what is in its place by now is not written to.
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

/** Turns a system's error into the sentence that the user gets. */
function guarded<Result>(folder: string, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    const reason = REASONS[codeOf(error)] ?? `${codeOf(error)}`;
    throw new PreflightError(
      `cannot store results in ${folder}: ${reason}; choose another folder with --results`,
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  EACCES: "no permission to write there",
  EPERM: "no permission to write there",
  ENOENT: "no folder can be made there",
  ENAMETOOLONG: "the name is too long",
  EDQUOT: "the disk quota is used up",
  EFBIG: "a file would become larger than `ulimit -f` allows",
  EIO: "the disk reports an input/output error",
  ESTALE: "the server no longer knows the folder (ESTALE)",
  EMFILE: "too many open files, raise `ulimit -n`",
  ENOTDIR: "a part of the path is not a directory",
  EEXIST: "the folder is there already",
  ELOOP: "a symbolic link took the folder's place",
  [FOREIGN]: "something else was put in the place of one of its files, and was left alone",
  EREMOVED: "the folder was removed during the run",
  EREPLACED: "the folder was replaced by another during the run",
};
