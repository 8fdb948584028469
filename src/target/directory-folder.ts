import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { codeOf, messageOf, PreflightError } from "../model/errors.ts";
import { refusal } from "./directory-refusal.ts";
import {
  MANIFEST_NAME,
  type Manifest,
  manifestText,
  parseManifest,
  runFolder,
} from "./manifest.ts";

/** A manifest is written beside its place and renamed into it. */
export const MANIFEST_DRAFT = `${MANIFEST_NAME}.new`;

/**
 * The real path of a target directory. The path the user names may be a symbolic link; what it
 * points to must be a directory this process may use, to `look` only or to `write`.
 */
export function openRoot(path: string, use: "look" | "write" = "write"): string {
  let root: string;
  try {
    root = realpathSync(path);
  } catch (error) {
    if (codeOf(error) === "ELOOP") {
      throw new PreflightError(`the target ${path} is a symbolic link that leads back to itself`);
    }
    if (codeOf(error) !== "ENOENT") throw refusal(error, "open the target directory", path);
    throw new PreflightError(
      `the target directory ${path} does not exist; create it, or mount its file system first`,
    );
  }
  if (!statSync(root).isDirectory()) {
    throw new PreflightError(`the target ${path} is not a directory; name a directory to work in`);
  }
  const { R_OK, W_OK, X_OK } = constants;
  try {
    accessSync(root, use === "write" ? R_OK | W_OK | X_OK : R_OK | X_OK);
  } catch (error) {
    const doing = use === "write" ? "write to" : "look into";
    throw refusal(error, `${doing} the target directory`, path);
  }
  return root;
}

/** Makes the run's folder with its manifest in it, durable before any data file is written. */
export function makeRunFolder(root: string, manifest: Manifest): string {
  const folder = join(root, runFolder(manifest.runId));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT" && statSync(root, { throwIfNoEntry: false }) !== undefined) {
      const why = "that file system takes no new folders (ENOENT)";
      throw new PreflightError(
        `cannot create the run's folder ${folder}: ${why}; choose another target`,
      );
    }
    throw refusal(error, "create the run's folder", folder);
  }
  try {
    writeManifest(folder, manifest);
    syncDirectory(root);
  } catch (error) {
    rmSync(join(folder, MANIFEST_DRAFT), { force: true });
    rmSync(join(folder, MANIFEST_NAME), { force: true });
    rmdirSync(folder);
    throw error;
  }
  return folder;
}

/** Replaces the manifest of a run's folder in one step, durably. */
export function writeManifest(folder: string, manifest: Manifest): void {
  const draft = join(folder, MANIFEST_DRAFT);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const text = manifestText(manifest);
  try {
    rmSync(draft, { force: true });
    const fd = openSync(draft, flags, 0o644);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, join(folder, MANIFEST_NAME));
    syncDirectory(folder);
  } catch (error) {
    throw refusal(error, "write the manifest in", folder);
  }
}

function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } catch (error) {
    // Some network file systems do not sync directories; there the server makes them durable.
    if (codeOf(error) !== "EINVAL") throw error;
  } finally {
    closeSync(fd);
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
export function findFolders(root: string): readonly FoundFolder[] {
  let names: readonly string[];
  try {
    names = readdirSync(root);
  } catch (error) {
    throw refusal(error, "list", root);
  }
  return names
    .filter((name) => name.startsWith(runFolder("")))
    .sort()
    .map((name) => readFolder(root, name.slice(runFolder("").length)))
    .filter((found) => found !== null);
}

/** Reads the folder of one run; null where there is no such directory. */
export function readFolder(root: string, runId: string): FoundFolder | null {
  const folder = join(root, runFolder(runId));
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return null;
  const unusable = (problem: string) => ({ runId, folder, manifest: null, problem, touchedMs: 0 });
  const path = join(folder, MANIFEST_NAME);
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return unusable("has no manifest");
    if (!found.isFile()) return unusable("has a manifest that is no regular file");
    const parsed = parseManifest(readFileSync(path, "utf8"));
    if ("invalid" in parsed) return unusable(`has a manifest that ${parsed.invalid}`);
    if (parsed.runId !== runId) return unusable(`has the manifest of run ${parsed.runId}`);
    return { runId, folder, manifest: parsed, problem: null, touchedMs: found.mtimeMs };
  } catch (error) {
    return unusable(`cannot be read (${messageOf(error)})`);
  }
}
