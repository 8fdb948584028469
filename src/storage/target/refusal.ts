import { codeOf, messageOf, PreflightError } from "../../model/fault/errors.ts";
import { explain, explanationOf } from "../../model/fault/system-error.ts";
import { FolderError } from "../../posix/folder.ts";

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
  const why = IN_OWN_DIRECTORY[code] ?? explain(code) ?? reasonOf(error);
  return new PreflightError(`cannot ${doing} ${path}: ${why}`, { cause: error });
}

/** An error together with what stays in the target because of another one, a sentence each. */
export function withLeft(error: Error, left: readonly string[]): Error {
  if (left.length === 0) return error;
  const message = [error.message, ...left.map((one) => `left in the target: ${one}`)].join("\n");
  return new PreflightError(message, { cause: error });
}

/** The error for a file system that holds only what the kernel puts there. */
export function noFolders(root: string): PreflightError {
  return new PreflightError(
    `cannot create the run's folder in ${root}: that file system takes no new folders; choose ` +
      "another target",
  );
}

/** Whether a file system is out of space, or of the space this user may have. */
export function isFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOSPC" || code === "EDQUOT";
}

/** What a system call failed with, without the name it went by: messages say the real path. */
export function reasonOf(error: unknown): string {
  return messageOf(error).replace(/[,:]? \w+ '?\/proc\/self\/fd\/.*$/s, "");
}

/** Why a call failed, in words where its error has some: `the file system is … (EROFS)`. */
export function whyFailed(error: unknown): string {
  const code = codeOf(error);
  const known = explanationOf(code);
  return known === null ? reasonOf(error) : `${known.why} (${code})`;
}

/** The sentence for something of a run that stays because its removal failed. */
export function notRemoved(path: string, error: unknown): string {
  return (
    `${path} could not be removed: ${whyFailed(error)}; when the cause is gone, clean up again ` +
    "(`assay clean`)"
  );
}

/**
 * The error for a directory of a run that is not what the run made: a link, a file or a mount point
 * in its place, or nothing. Any other error is the refusal of `doing` at `path`.
 */
export function notOurDirectory(error: unknown, doing = "look at", path = ""): Error {
  if (!(error instanceof FolderError)) return refusal(error, doing, path);
  const why = whyNotEntered(error);
  if (why !== null) return new PreflightError(`${why}; assay does not follow or replace it`);
  return refusal(error, doing, error.path);
}

/** What is in the place of a run's directory, a clause; null where that is not the problem. */
export function whyNotEntered({ code, path }: FolderError): string | null {
  switch (code) {
    case "ELOOP":
    case "ENOTDIR":
      return `${path} is no directory any more`;
    case "EXDEV":
      return `${path} is a mount point now`;
    default:
      return null;
  }
}
