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
}

/** glibc's own name; musl answers to the others. */
const NAMES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

let loaded: Native | string | undefined;

/** The C library through koffi, or one sentence that says why there is none. */
export function loadNative(): Native | string {
  if (loaded === undefined) loaded = open();
  return loaded;
}

function open(): Native | string {
  if (process.platform !== "linux") return "direct system calls are made on Linux only";
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)("koffi") as Koffi;
  } catch {
    // An optional dependency: everything works without it, only slower.
    return `koffi has no binary for ${process.platform} ${process.arch}`;
  }
  for (const name of NAMES) {
    try {
      return { koffi, library: koffi.load(name) };
    } catch {
      // The next name; if all fail, the sentence below.
    }
  }
  return "the C library was found under none of its names";
}
