import { codeOf, messageOf, PreflightError } from "../model/errors.ts";
import { explain } from "../model/system-error.ts";

/** Reasons that depend on what was done: with files of the run's own directory, by path. */
const IN_OWN_DIRECTORY: Readonly<Record<string, string>> = {
  ENOENT: "it is gone; another program removed it while the run was using it",
  EEXIST: "something of that name is there that this run did not make; it is left alone",
  ELOOP: "it is a symbolic link, which assay does not follow inside its own folder",
};

/**
 * A file system's refusal as one sentence: what could not be done where, why, and what to do.
 * `doing` completes "cannot …": `write`, `create a folder in`.
 */
export function refusal(error: unknown, doing: string, path: string): Error {
  if (error instanceof PreflightError) return error;
  const code = codeOf(error);
  const why = IN_OWN_DIRECTORY[code] ?? explain(code) ?? messageOf(error);
  return new PreflightError(`cannot ${doing} ${path}: ${why}`, { cause: error });
}

/** Whether a file system is out of space, or of the space this user may have. */
export function isFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOSPC" || code === "EDQUOT";
}
