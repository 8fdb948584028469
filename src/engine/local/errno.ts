import { errnoMeaning, errnoName } from "../../model/fault/errno.ts";
import { codeOf } from "../../model/fault/errors.ts";
import { explain } from "../../model/fault/system-error.ts";
import { directRefusal } from "../../posix/direct-io.ts";
import type { EngineError } from "../engine.ts";

/** Result for fewer bytes than requested; not an errno. */
export const SHORT = 4096;

/** Messages for errors with a special likely cause in a phase. */
const IN_A_PHASE: Readonly<Record<string, string>> = {
  EINVAL:
    "the kernel rejected the size or offset (EINVAL): with direct I/O both must be multiples of " +
    "the logical block size",
  ENOENT: "a file of the dataset is missing (ENOENT): was it removed during the run?",
  EEXIST: "a file of that name already exists (EEXIST): did another program create it?",
};

/** Explains a negative result of a local engine: an errno or {@link SHORT}. */
export function explainErrno(result: number): EngineError {
  if (-result === SHORT) {
    const message = "fewer bytes than requested: is the file shorter than in the dataset?";
    return { code: "ESHORT", message };
  }
  const name = errnoName(-result);
  const known = IN_A_PHASE[name] ?? explain(name);
  if (known !== null) return { code: name, message: known };
  const meaning = errnoMeaning(-result);
  const message = meaning === null ? `the kernel returned ${name}` : `${meaning} (${name})`;
  return { code: name, message };
}

/** Describes a failed open, with a remedy if direct I/O was rejected. */
export function directRefused(error: unknown, direct: boolean, root: string): unknown {
  if (!direct || codeOf(error) !== "EINVAL") return error;
  return directRefusal(root);
}

/** Returns the result of a Node call, or the negative errno of its system error. */
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
