import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { codeOf, PreflightError } from "../model/errors.ts";
import { AppendFile } from "./append-file.ts";
import { identityOf, Reserve } from "./reserve.ts";

/**
 * The folder of one run on disk. What can no longer be written there goes into the space that was
 * reserved, or else into a folder for temporary files: what was measured is not lost.
 */
export class ResultsFolder {
  private readonly wanted: string;
  private at: string;
  private readonly reserve: Reserve;
  private readonly files: AppendFile[] = [];
  private identity: string | null;

  /** Makes the folder, and those above it that are missing. */
  constructor(resultsFolder: string, runId: string) {
    this.wanted = join(resultsFolder, runId);
    this.at = this.wanted;
    guarded(resultsFolder, () => {
      makeFolder(resultsFolder);
      mkdirSync(this.at);
    });
    try {
      this.identity = identityOf(this.at);
      this.reserve = guarded(this.at, () => new Reserve(this.at));
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Where the run is stored; another folder than was asked for where that could not take it. */
  get path(): string {
    return this.at;
  }

  /** Makes a file that grows. */
  open(name: string): AppendFile {
    const file = guarded(this.at, () => new AppendFile(name, join(this.at, name)));
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
      replaceFile(join(this.at, name), text);
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
    for (const file of this.files) file.close();
    // What is there instead of the folder is not this run's.
    if (this.at === this.wanted && this.isThere()) this.reserve.remove();
  }

  /** Removes the folder: one without a run in it would only be in the way. */
  remove(): void {
    if (this.isThere()) rmSync(this.at, { recursive: true, force: true });
  }

  private readonly fromReserve = (name: string, text: string): boolean => {
    if (this.at !== this.wanted || !this.isThere()) return false;
    const draft = this.reserve.write(text);
    if (draft === null) return false;
    renameSync(draft, join(this.at, name));
    return true;
  };

  /** Only where nothing is: something else of that name belongs to someone else. */
  private readonly inNewFolder = (name: string, text: string): boolean => {
    if (this.at !== this.wanted || identityOf(this.at) !== null) return false;
    makeFolder(dirname(this.at));
    mkdirSync(this.at);
    this.identity = identityOf(this.at);
    this.fillFolder(this.at, name, text);
    return true;
  };

  private readonly elsewhere = (name: string, text: string): boolean => {
    if (this.at === this.wanted) {
      const folder = mkdtempSync(join(tmpdir(), "assay-results-"));
      this.fillFolder(folder, name, text);
      this.at = folder;
      this.identity = identityOf(folder);
    } else replaceFile(join(this.at, name), text);
    return true;
  };

  /** The file first: it holds the finished phases. */
  private fillFolder(folder: string, name: string, text: string): void {
    replaceFile(join(folder, name), text);
    for (const file of this.files) file.moveTo(join(folder, file.name));
  }

  private isThere(): boolean {
    try {
      return this.identity !== null && identityOf(this.at) === this.identity;
    } catch {
      return false;
    }
  }

  private checkIdentity(): void {
    const found = identityOf(this.at);
    if (found === this.identity) return;
    throw Object.assign(new Error(), { code: found === null ? "EREMOVED" : "EREPLACED" });
  }
}

function replaceFile(path: string, text: string): void {
  const draft = `${path}.new`;
  try {
    writeFileSync(draft, text, { flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/**
 * Makes a folder and those above it that are missing. Not by `recursive` of Node's: where a folder
 * that is there answers ENOENT to any new name, as /proc does, that tries for ever.
 */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    // Another run may have made it meanwhile; a file of that name is another matter.
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  }
}

/** Writes another file of a stored run, `report.md` or `summary.csv`. */
export function storeFile(folder: string, name: string, text: string): void {
  guarded(folder, () => writeFileSync(join(folder, name), text));
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
  EREMOVED: "the folder was removed during the run",
  EREPLACED: "the folder was replaced by another during the run",
};
