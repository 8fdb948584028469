import fs from "node:fs";
import { confine, loadFileSystemCalls, O_CLOEXEC, OPEN_HOW_BYTES } from "./file-system.ts";

/**
 * Closes a file opened by `Folder.openFile`. Node's worker threads track the files that Node opened
 * and warn if Node closes others. Returns 0 or a negative errno.
 */
export function closeFile(fd: number): number {
  const native = confined();
  if (native !== null) return native.close(fd);
  fs.closeSync(fd);
  return 0;
}

/**
 * Clears O_NONBLOCK of an open file. It is set at the open, so that a named pipe in the file's
 * place does not wait for a writer, but io_uring returns EAGAIN for non-blocking files. `flags`:
 * O_DIRECT to keep it. Without native calls there is no io_uring either.
 */
export function letBlock(fd: number, flags: number): void {
  confined()?.setFlags(fd, flags);
}

/** Opens and closes with system calls that reject links and mounts atomically. */
interface ConfinedFiles {
  open(directory: number, name: string, flags: number, mode: number): number;
  close(fd: number): number;
  setFlags(fd: number, flags: number): number;
}

let loaded: ConfinedFiles | null | undefined;

/** Null if koffi or the kernel lacks openat2. */
export function confined(): ConfinedFiles | null {
  if (loaded === undefined) loaded = loadConfined();
  return loaded;
}

function loadConfined(): ConfinedFiles | null {
  const system = loadFileSystemCalls();
  const openAt2 = system?.openAt2 ?? null;
  if (system === null || openAt2 === null) return null;
  const how = new BigUint64Array(OPEN_HOW_BYTES / 8);
  const howAt = system.addressOf(new Uint8Array(how.buffer));
  return {
    open(directory, name, flags, mode) {
      confine(how, flags | O_CLOEXEC, mode);
      return openAt2(directory, system.addressOf(Buffer.from(`${name}\0`)), howAt);
    },
    close: system.close,
    setFlags: system.setFlags,
  };
}

/** Whether two open files are on one mount; compares devices if the kernel shows no mounts. */
export function sameMount(one: number, other: number): boolean {
  const mount = mountOf(one);
  if (mount !== null) return mountOf(other) === mount;
  return fs.fstatSync(one).dev === fs.fstatSync(other).dev;
}

function mountOf(fd: number): string | null {
  try {
    const text = fs.readFileSync(`/proc/self/fdinfo/${fd}`, "latin1");
    return /^mnt_id:\s*(\d+)$/m.exec(text)?.[1] ?? null;
  } catch {
    return null;
  }
}
