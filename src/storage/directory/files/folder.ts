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
import { isHeld } from "../../ownership/lock.ts";
import {
  MANIFEST_NAME,
  MAX_MANIFEST_BYTES,
  type Manifest,
  manifestText,
  parseManifest,
  runFolder,
} from "../../ownership/manifest.ts";
import { noFolders, reasonOf, refusal, withLeft } from "../../target/refusal.ts";

/** A manifest is written beside its place and renamed into it. */
export const MANIFEST_DRAFT = `${MANIFEST_NAME}.new`;

/** A named pipe in the manifest's place must not make the reader wait for a writer. */
const LOOK = constants.O_RDONLY | constants.O_NONBLOCK;

/** Makes the run's folder with its manifest in it, durable before any data file is written. */
export function makeRunFolder(root: Folder, manifest: Manifest): Folder {
  const name = runFolder(manifest.runId);
  const path = `${root.path}/${name}`;
  try {
    mkdirSync(root.at(name));
  } catch (error) {
    if (
      codeOf(error) === "ENOENT" &&
      statSync(root.path, { throwIfNoEntry: false }) !== undefined
    ) {
      throw noFolders(root.path);
    }
    throw refusal(error, "create the run's folder", path);
  }
  let folder: Folder;
  try {
    folder = root.below(name);
  } catch (error) {
    const refused = refusal(error, "open the run's folder", path);
    throw withLeft(refused, takeAway(root, name, null));
  }
  try {
    writeManifest(folder, manifest);
    syncDirectory(root);
  } catch (error) {
    const refused = refusal(error, "make durable", path);
    const left = takeAway(root, name, folder);
    folder.close();
    throw withLeft(refused, left);
  }
  return folder;
}

/** Removes a folder that was just made and cannot be used; says what stays, one sentence. */
function takeAway(root: Folder, name: string, folder: Folder | null): readonly string[] {
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
 * Replaces the manifest of a run's folder in one step, durably; the one that was there stays where
 * that fails.
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

/** Takes the open draft for the manifest once it is whole and durable. */
function replaceBy(folder: Folder, draft: number, text: string): void {
  try {
    // Writes all of it: a disk that becomes full takes a part of one write without an error.
    writeFileSync(draft, text);
    fsyncSync(draft);
  } finally {
    closeSync(draft);
  }
  renameSync(folder.at(MANIFEST_DRAFT), folder.at(MANIFEST_NAME));
}

/** What keeps the draft from being removed keeps the clean-up from it too, which says so. */
function tryUnlink(folder: Folder, name: string): void {
  try {
    unlinkIfThere(folder, name);
  } catch {
    // The error that comes first is the one to tell.
  }
}

/** Makes the names in a directory durable. */
export function syncDirectory({ fd }: Folder): void {
  try {
    fsyncSync(fd);
  } catch (error) {
    // Some network file systems do not sync directories; there the server makes them durable.
    if (codeOf(error) !== "EINVAL") throw error;
  }
}

/** A run's folder as found in a target. */
export interface FoundFolder {
  readonly runId: string;
  readonly folder: string;
  /** Null where there is none that can be used; `problem` says why. */
  readonly manifest: Manifest | null;
  readonly problem: string | null;
  /** When the manifest was last touched, by the file system's own clock. */
  readonly touchedMs: number;
}

/** The folders of runs in a target, in order of name. */
export function findFolders(root: Folder): readonly FoundFolder[] {
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

/** Reads the folder of one run; null where there is no such directory. */
function readFolder(root: Folder, runId: string): FoundFolder | null {
  const name = runFolder(runId);
  let folder: Folder;
  try {
    if (!lstatSync(root.at(name), { throwIfNoEntry: false })?.isDirectory()) return null;
    folder = root.below(name);
  } catch (error) {
    const why =
      codeOf(error) === "EXDEV"
        ? "is a mount point, so it is not a folder that a run made"
        : `cannot be read (${reasonOf(error)})`;
    return { runId, folder: `${root.path}/${name}`, manifest: null, problem: why, touchedMs: 0 };
  }
  try {
    return lookInto(folder, runId);
  } finally {
    folder.close();
  }
}

/** Reads the manifest of an open folder of a run. */
export function lookInto(folder: Folder, runId: string): FoundFolder {
  const found = { runId, folder: folder.path };
  const unusable = (problem: string) => ({ ...found, manifest: null, problem, touchedMs: 0 });
  let fd: number;
  try {
    fd = folder.openFile(MANIFEST_NAME, LOOK);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return unusable("has no manifest");
    if (code === "ELOOP") return unusable("has a manifest that is no regular file");
    return unusable(`cannot be read (${reasonOf(error)})`);
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return unusable("has a manifest that is no regular file");
    if (stats.size > MAX_MANIFEST_BYTES) {
      return unusable(`has a manifest of ${stats.size} bytes, more than one can have`);
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

/** Whether the run of a folder is still going; `nowMs` by the clock of the file system. */
export function isLive(found: FoundFolder, nowMs: number): boolean {
  return isHeld(found.manifest?.holder ?? null, nowMs - found.touchedMs);
}
