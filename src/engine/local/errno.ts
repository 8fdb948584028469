import { errnoMeaning, errnoName } from "../../model/fault/errno.ts";
import { codeOf } from "../../model/fault/errors.ts";
import { explain } from "../../model/fault/system-error.ts";
import { directRefusal } from "../../posix/direct-io.ts";
import type { EngineError } from "../engine.ts";

/** Fewer bytes than asked: beyond every errno, so that it cannot be one. */
export const SHORT = 4096;

/** Errors whose cause in a phase is more likely another one than elsewhere. */
const IN_A_PHASE: Readonly<Record<string, string>> = {
  EINVAL:
    "the kernel refused size or offset (EINVAL): with direct I/O both must be multiples of the " +
    "logical block size",
  ENOENT: "a file of the dataset is gone (ENOENT): was it removed during the run?",
  EEXIST: "a file of that name exists already (EEXIST): was it created by another program?",
};

/** What a negative result of a local engine means: an errno, or {@link SHORT}. */
export function explainErrno(result: number): EngineError {
  if (-result === SHORT) {
    const message = "fewer bytes than asked: is the file shorter than the dataset says?";
    return { code: "ESHORT", message };
  }
  const name = errnoName(-result);
  const known = IN_A_PHASE[name] ?? explain(name);
  if (known !== null) return { code: name, message: known };
  const meaning = errnoMeaning(-result);
  const message = meaning === null ? `the kernel returned ${name}` : `${meaning} (${name})`;
  return { code: name, message };
}

/** What opening failed with, in words where the reason is that direct I/O is refused. */
export function directRefused(error: unknown, direct: boolean, root: string): unknown {
  if (!direct || codeOf(error) !== "EINVAL") return error;
  return directRefusal(root);
}

/** What a call of Node's returns, or the negative errno of the system error it throws. */
export function guarded(call: () => number): number {
  try {
    return call();
  } catch (error) {
    if (typeof error === "object" && error !== null && "errno" in error) {
      if (typeof error.errno === "number") return error.errno;
    }
    throw error;
  }
}
