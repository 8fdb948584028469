import { codeOf, PreflightError } from "../../model/fault/errors.ts";
import { FOREIGN } from "./own-file.ts";

/** Turns a system's error into the sentence that the user gets. */
export function guarded<Result>(folder: string, write: () => Result): Result {
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
