import { codeOf, PreflightError } from "../model/errors.ts";
import { errnoName } from "../posix/libc.ts";
import type { EngineError } from "./engine.ts";

/** Fewer bytes than asked: beyond every errno, so that it cannot be one. */
export const SHORT = 4096;

const REASONS: Readonly<Record<string, string>> = {
  EIO: "the storage reported an input/output error (EIO)",
  ENOSPC: "no space left on the target (ENOSPC)",
  ENOENT: "a file of the dataset is gone (ENOENT): was it removed while the run went on?",
  EINVAL:
    "the kernel refused size or offset (EINVAL): with direct I/O both must be multiples of the " +
    "logical block size",
  EROFS: "the target is mounted read-only (EROFS)",
  EMFILE: "too many open files (EMFILE): raise `ulimit -n`",
};

/** What a negative result of a local engine means: an errno, or {@link SHORT}. */
export function explainErrno(result: number): EngineError {
  if (-result === SHORT) {
    const message = "fewer bytes than asked: is the file shorter than the dataset says?";
    return { code: "ESHORT", message };
  }
  const name = errnoName(-result);
  return { code: name, message: REASONS[name] ?? `the kernel answered ${name}` };
}

/** What opening failed with, in words where the reason is that direct I/O is refused. */
export function directRefused(error: unknown, direct: boolean, root: string): unknown {
  if (!direct || codeOf(error) !== "EINVAL") return error;
  return directRefusal(root);
}

/** The error for a folder on storage without direct I/O. */
export function directRefusal(root: string): PreflightError {
  return new PreflightError(
    `${root} does not support direct I/O (O_DIRECT); use cache: dropped or warm`,
  );
}
