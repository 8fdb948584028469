import { codeOf, messageOf, PreflightError } from "../model/errors.ts";

/**
 * A file system's refusal as one sentence: what could not be done where, why, and what to do.
 * `doing` completes "cannot …": `write`, `create a folder in`.
 */
export function refusal(error: unknown, doing: string, path: string): Error {
  if (error instanceof PreflightError) return error;
  const say = (why: string) =>
    new PreflightError(`cannot ${doing} ${path}: ${why}`, { cause: error });
  switch (codeOf(error)) {
    case "EROFS":
      return say("the file system is mounted read-only; remount it or choose another target");
    case "EACCES":
    case "EPERM":
      return say(
        `no permission as user ${process.getuid?.() ?? "?"}; ` +
          "change its owner or mode, or choose another target",
      );
    case "ENOSPC":
      return say("no space left on the device; free some or choose another target");
    case "EDQUOT":
      return say("the disk quota is used up; free some of it or choose another target");
    case "ENOENT":
      return say("it is gone; another program removed it while the run was using it");
    case "EEXIST":
      return say("something of that name is there that this run did not make; it is left alone");
    case "ELOOP":
      return say("it is a symbolic link, which assay does not follow inside its own folder");
    case "ESTALE":
      return say("the network file system lost it (stale handle); mount it again");
    default:
      return say(messageOf(error));
  }
}

/** Whether a file system is out of space, or of the space this user may have. */
export function isFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOSPC" || code === "EDQUOT";
}
