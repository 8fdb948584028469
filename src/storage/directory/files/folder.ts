import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { codeOf } from "../../../model/fault/errors.ts";
import { closeFile } from "../../../posix/confined.ts";
import type { Folder } from "../../../posix/folder.ts";
import { NO_MANIFEST } from "../../ownership/leftover.ts";
import { isHeld } from "../../ownership/lock.ts";
import {
  MANIFEST_NAME,
  MAX_MANIFEST_BYTES,
  type Manifest,
  manifestText,
  parseManifest,
  runFolder,
} from "../../ownership/manifest.ts";
import { noNewDirectories, reasonOf, refusal, withLeft } from "../../target/refusal.ts";

/** Temporary name of a manifest, which is then renamed to its final name. */
export const MANIFEST_DRAFT = `${MANIFEST_NAME}.new`;

/** O_NONBLOCK, so that a named pipe in the manifest's place cannot block the reader. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** Creates the run's directory with its manifest, durable before any data file is written. */
export function createRunDirectory(root: Folder, manifest: Manifest): Folder {
  const name = runFolder(manifest.runId);
  const path = `${root.path}/${name}`;
  try {
    mkdirSync(root.at(name));
  } catch (error) {
    if (
      codeOf(error) === "ENOENT" &&
      statSync(root.path, { throwIfNoEntry: false }) !== undefined
    ) {
      throw noNewDirectories(root.path);
    }
    throw refusal(error, "create the run's directory", path);
  }
  let folder: Folder;
  try {
    folder = root.below(name);
  } catch (error) {
    const refused = refusal(error, "open the run's directory", path);
    throw withLeft(refused, removeNew(root, name, null));
  }
  try {
    writeManifest(folder, manifest);
    syncDirectory(root);
  } catch (error) {
    const refused = refusal(error, "make durable", path);
    const left = removeNew(root, name, folder);
    folder.close();
    throw withLeft(refused, left);
  }
  return folder;
}

/** Removes a new run directory that cannot be used; returns a message if it remains. */
function removeNew(root: Folder, name: string, folder: Folder | null): readonly string[] {
  try {
    if (folder !== null) {
      for (const file of [MANIFEST_DRAFT, MANIFEST_NAME]) unlinkIfThere(folder, file);
    }
    rmdirSync(root.at(name));
    return [];
  } catch (error) {
    return [`${root.path}/${name} could not be removed: ${reasonOf(error)}`];
  }
}

function unlinkIfThere(folder: Folder, name: string): void {
  try {
    unlinkSync(folder.at(name));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/**
 * Replaces the manifest of a run's directory atomically and durably. If that fails, the old
 * manifest remains.
 */
export function writeManifest(folder: Folder, manifest: Manifest): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const text = manifestText(manifest);
  try {
    unlinkIfThere(folder, MANIFEST_DRAFT);
    const fd = openSync(folder.at(MANIFEST_DRAFT), flags, 0o644);
    try {
      replaceBy(folder, fd, text);
    } catch (error) {
      tryUnlink(folder, MANIFEST_DRAFT);
      throw error;
    }
    syncDirectory(folder);
  } catch (error) {
    throw refusal(error, "write the manifest in", folder.path);
  }
}

/** Writes the open draft, makes it durable and renames it to the manifest's name. */
function replaceBy(folder: Folder, draft: number, text: string): void {
  try {
    // writeFileSync writes all bytes; a single write to an almost full disk may write only a part.
    writeFileSync(draft, text);
    fsyncSync(draft);
  } finally {
    closeSync(draft);
  }
  renameSync(folder.at(MANIFEST_DRAFT), folder.at(MANIFEST_NAME));
}

/** Removes a file if possible; the cleanup reports a file that remains. */
function tryUnlink(folder: Folder, name: string): void {
  try {
    unlinkIfThere(folder, name);
  } catch {
    // The caller throws the first error.
  }
}

/** Makes the entries of a directory durable. */
export function syncDirectory({ fd }: Folder): void {
  try {
    fsyncSync(fd);
  } catch (error) {
    // Some network file systems cannot sync directories; their server makes entries durable.
    if (codeOf(error) !== "EINVAL") throw error;
  }
}

/** A run's directory found in a target. */
export interface FoundFolder {
  readonly runId: string;
  /** Path of the directory. */
  readonly folder: string;
  /** Null if there is no valid manifest; `problem` gives the reason. */
  readonly manifest: Manifest | null;
  readonly problem: string | null;
  /** Time of the manifest's last change in ms since the epoch, by the file system's clock. */
  readonly touchedMs: number;
}

/** Finds the directories of runs in a target, in order of name. */
export function findRunDirectories(root: Folder): readonly FoundFolder[] {
  let names: readonly string[];
  try {
    names = readdirSync(root.at("."));
  } catch (error) {
    throw refusal(error, "list", root.path);
  }
  return names
    .filter((name) => name.startsWith(runFolder("")))
    .sort()
    .map((name) => readFolder(root, name.slice(runFolder("").length)))
    .filter((found) => found !== null);
}

/** Reads the manifest of one run; null if the run has no directory. */
function readFolder(root: Folder, runId: string): FoundFolder | null {
  const name = runFolder(runId);
  let folder: Folder;
  try {
    if (!lstatSync(root.at(name), { throwIfNoEntry: false })?.isDirectory()) return null;
    folder = root.below(name);
  } catch (error) {
    const why =
      codeOf(error) === "EXDEV"
        ? "is a mount point, so no run created it"
        : `cannot be read (${reasonOf(error)})`;
    return { runId, folder: `${root.path}/${name}`, manifest: null, problem: why, touchedMs: 0 };
  }
  try {
    return readRunDirectory(folder, runId);
  } finally {
    folder.close();
  }
}

/** Reads the manifest in the open directory of a run. */
export function readRunDirectory(folder: Folder, runId: string): FoundFolder {
  const found = { runId, folder: folder.path };
  const unusable = (problem: string) => ({ ...found, manifest: null, problem, touchedMs: 0 });
  let fd: number;
  try {
    fd = folder.openFile(MANIFEST_NAME, READ_FLAGS);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return unusable(NO_MANIFEST);
    if (code === "ELOOP") return unusable("has a manifest that is not a regular file");
    return unusable(`cannot be read (${reasonOf(error)})`);
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return unusable("has a manifest that is not a regular file");
    if (stats.size > MAX_MANIFEST_BYTES) {
      return unusable(`has a manifest of ${stats.size} bytes (maximum: ${MAX_MANIFEST_BYTES})`);
    }
    const parsed = parseManifest(readFileSync(fd, "utf8"));
    if ("invalid" in parsed) return unusable(`has a manifest that ${parsed.invalid}`);
    if (parsed.runId !== runId) return unusable(`has the manifest of run ${parsed.runId}`);
    return { ...found, manifest: parsed, problem: null, touchedMs: stats.mtimeMs };
  } catch (error) {
    return unusable(`cannot be read (${reasonOf(error)})`);
  } finally {
    closeFile(fd);
  }
}

/** Whether the run of a directory is still active; `nowMs` is by the file system's clock. */
export function isLive(found: FoundFolder, nowMs: number): boolean {
  return isHeld(found.manifest?.holder ?? null, nowMs - found.touchedMs);
}
