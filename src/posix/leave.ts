import { loadNative } from "./koffi.ts";

/**
 * Ends the process at once, also while a thread of it is blocked in a system call on storage that
 * does not respond; Node's own way out waits for every thread. Returns only without koffi.
 */
export function leaveAtOnce(code: number): void {
  const native = loadNative();
  if (typeof native !== "string") native.library.func("void _exit(int)")(code);
}
