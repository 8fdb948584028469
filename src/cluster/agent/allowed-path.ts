import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { codeOf } from "../../model/fault/errors.ts";

/** Directories that `--allow` options name. */
export interface AllowedPaths {
  /** Real paths at the start of the agent. */
  readonly directories: readonly string[];
  /** The same directories as given, which may be links. */
  readonly names: readonly string[];
}

/** Whether a path, by its real path, is in a directory that `--allow` names. */
export function isAllowedPath({ directories }: AllowedPaths, path: string): boolean {
  const real = realPathOf(path);
  return real !== null && directories.some((one) => isWithin(one, real));
}

/** Whether a path is a directory or is below it, by its name. */
function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`);
}

/**
 * Real path of a file, or of where it would be created; null if that is unknown, because a part is
 * a symbolic link to nothing or is not readable. Null with `..`, too: Node removes it before links
 * are followed, but Linux afterwards. Coordinators send paths without it.
 */
export function realPathOf(path: string): string | null {
  if (!isAbsolute(path) || path.split("/").includes("..")) return null;
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(realpathSync(at), ...missing);
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || isThere(at)) return null;
    }
    missing.unshift(basename(at));
  }
}

/** Whether something has this name, such as a symbolic link to nothing. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/**
 * Where a path leaves an allowed directory in which it is by its name: at a symbolic link, or at a
 * directory that was replaced. `real`: null if the link leads to nothing. Null if it does not.
 */
export function wayOut(allow: AllowedPaths, path: string) {
  if (!isAbsolute(path) || path.split("/").includes("..")) return null;
  const whole = resolve(path);
  const base = [...allow.directories, ...allow.names].find((one) => isWithin(one, whole));
  if (base === undefined) return null;
  const steps = ["", ...relative(base, whole).split("/")];
  const link = steps
    .map((_, at) => join(base, ...steps.slice(0, at + 1)))
    .find((place) => !isAllowedPath(allow, place));
  if (link === undefined) return null;
  const real = realPathOf(link);
  return real === link || (real === null && endOf(link) === null) ? null : { link, real };
}

/** Path that a symbolic link contains; null if it is not one. */
export function endOf(link: string): string | null {
  try {
    return resolve(dirname(link), readlinkSync(link));
  } catch {
    return null;
  }
}
