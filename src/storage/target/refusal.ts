import { codeOf, messageOf, PreflightError } from "../../model/fault/errors.ts";
import { explain, explanationOf } from "../../model/fault/system-error.ts";
import { FolderError } from "../../posix/folder.ts";

/** Reasons with a special meaning for files in the run's own directory, by error code. */
const IN_OWN_DIRECTORY: Readonly<Record<string, string>> = {
  ENOENT: "it is gone; another program removed it during the run",
  EEXIST: "a file of that name exists that this run did not create; it was not changed",
  ELOOP: "it is a symbolic link; assay does not follow links in its own directory",
};

/**
 * Makes the error for a failed file system call: action, path, reason and remedy.
 *
 * @param doing completes "cannot …": `write`, `create the directory`
 */
export function refusal(error: unknown, doing: string, path: string): Error {
  if (error instanceof PreflightError) return error;
  const code = codeOf(error);
  const why = IN_OWN_DIRECTORY[code] ?? explain(code) ?? reasonOf(error);
  return new PreflightError(`cannot ${doing} ${path}: ${why}`, { cause: error });
}

/** Adds to an error what remains in the target because its removal failed, one line each. */
export function withLeft(error: Error, left: readonly string[]): Error {
  if (left.length === 0) return error;
  const message = [error.message, ...left.map((one) => `left in the target: ${one}`)].join("\n");
  return new PreflightError(message, { cause: error });
}

/** The error for a kernel file system in which no directory can be created, such as proc. */
export function noNewDirectories(root: string): PreflightError {
  return new PreflightError(
    `cannot create the run's directory in ${root}: the file system does not allow new ` +
      "directories; choose another target",
  );
}

/** Whether an error reports a full file system or a used-up disk quota. */
export function isFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOSPC" || code === "EDQUOT";
}

/** Message of a system call's error without its `/proc/self/fd` path; callers name the real one. */
export function reasonOf(error: unknown): string {
  return messageOf(error).replace(/[,:]? \w+ '?\/proc\/self\/fd\/.*$/s, "");
}

/** Reason why a call failed, explained if possible: `the file system is … (EROFS)`. */
export function whyFailed(error: unknown): string {
  const code = codeOf(error);
  const known = explanationOf(code);
  return known === null ? reasonOf(error) : `${known.why} (${code})`;
}

/** Message for data of a run that could not be removed. */
export function notRemoved(path: string, error: unknown): string {
  return (
    `${path} could not be removed: ${whyFailed(error)}; remove the cause, then run ` +
    "`assay clean` again"
  );
}

/**
 * Makes the error for a directory of a run that is missing or was replaced by a link, a file or a
 * mount point. For any other error, it is the `refusal` of `doing` at `path`.
 */
export function notOurDirectory(error: unknown, doing = "look at", path = ""): Error {
  if (!(error instanceof FolderError)) return refusal(error, doing, path);
  const why = whyNotEntered(error);
  if (why !== null) return new PreflightError(`${why}; assay did not follow or replace it`);
  return refusal(error, doing, error.path);
}

/** Clause that describes what replaced a run's directory; null if it was not replaced. */
export function whyNotEntered({ code, path }: FolderError): string | null {
  switch (code) {
    case "ELOOP":
    case "ENOTDIR":
      return `${path} is no longer a directory`;
    case "EXDEV":
      return `${path} is now a mount point`;
    default:
      return null;
  }
}
