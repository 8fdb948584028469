/**
 * System calls that Node does not offer, through koffi; Linux only. This file loads the C library,
 * the others bind calls of it, and all of assay works without them. Results are those of the C
 * functions, errors negative errno values; nothing here knows datasets or engines. Read this file
 * first, then `libc.ts`.
 */

import { createRequire } from "node:module";

/** The part of koffi this folder uses; its own types allow anything. */
export interface Koffi {
  load(path: string): CLibrary;
  address(memory: Uint8Array): bigint;
  /** Memory at an address as an array buffer; no copy. */
  view(address: number, bytes: number): ArrayBuffer;
  /** Of the last call of this thread. */
  errno(): number;
}

/** A loaded library: functions by their C prototype. */
interface CLibrary {
  func(prototype: string): (...values: readonly unknown[]) => number;
}

/** The C library and what calls into it. */
export interface Native {
  readonly koffi: Koffi;
  readonly library: CLibrary;
  /** Address of the first byte. Valid while the memory is referenced. */
  addressOf(memory: Uint8Array): number;
}

/** glibc's own name. musl answers to every name that begins so, and is loaded already. */
const LIBRARY = "libc.so.6";

let loaded: Native | string | undefined;

/** The C library through koffi, or one sentence that says why there is none. */
export function loadNative(): Native | string {
  if (loaded === undefined) loaded = open();
  return loaded;
}

function open(): Native | string {
  if (process.platform !== "linux") return "direct system calls are made on Linux only";
  try {
    const koffi = createRequire(import.meta.url)("koffi") as Koffi;
    const addressOf = (memory: Uint8Array): number => Number(koffi.address(memory));
    return { koffi, library: koffi.load(LIBRARY), addressOf };
  } catch (error) {
    // An optional dependency: everything works without it, only slower.
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "MODULE_NOT_FOUND") return "koffi, an optional dependency, is not installed";
  const [words = ""] = error instanceof Error ? error.message.split("\n") : [String(error)];
  return words.startsWith("Cannot find the native")
    ? `koffi has no binary for ${process.platform} ${process.arch}`
    : `koffi cannot be loaded (${words})`;
}
