/**
 * System calls that Node lacks, through koffi; Linux only. This file loads the C library, the other
 * files bind its calls, and all of assay works without them. Results are those of the C functions,
 * errors are negative errno values. Nothing here knows datasets or engines. Read this file first,
 * then `libc.ts`.
 */

import { createRequire } from "node:module";

/** Types for the used part of koffi, whose own types are too loose. */
export interface Koffi {
  load(path: string): CLibrary;
  address(memory: Uint8Array): bigint;
  /** Memory at an address as an array buffer, without a copy. */
  view(address: number, bytes: number): ArrayBuffer;
  /** The errno of this thread's last call. */
  errno(): number;
}

/** A loaded library: functions by their C prototype. */
interface CLibrary {
  func(prototype: string): (...values: readonly unknown[]) => number;
}

/** The C library and koffi. */
export interface Native {
  readonly koffi: Koffi;
  readonly library: CLibrary;
  /** Address of the first byte. Valid while the memory is referenced. */
  addressOf(memory: Uint8Array): number;
}

/** Name of glibc; musl accepts every name with this prefix. */
const LIBRARY = "libc.so.6";

let loaded: Native | string | undefined;

/** Loads the C library; returns the reason in one sentence if it cannot. */
export function loadNative(): Native | string {
  if (loaded === undefined) loaded = open();
  return loaded;
}

function open(): Native | string {
  if (process.platform !== "linux") return "direct system calls need Linux";
  try {
    const koffi = createRequire(import.meta.url)("koffi") as Koffi;
    const addressOf = (memory: Uint8Array): number => Number(koffi.address(memory));
    return { koffi, library: koffi.load(LIBRARY), addressOf };
  } catch (error) {
    // An optional dependency: without it, everything works but slower.
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "MODULE_NOT_FOUND") return "koffi, an optional dependency, is not installed";
  if (/EMFILE|too many open files/i.test(String(error))) {
    return "too many open files (EMFILE); raise `ulimit -n`";
  }
  const [words = ""] = error instanceof Error ? error.message.split("\n") : [String(error)];
  return words.startsWith("Cannot find the native")
    ? `koffi has no binary for ${process.platform} ${process.arch}`
    : `koffi cannot be loaded (${words})`;
}
