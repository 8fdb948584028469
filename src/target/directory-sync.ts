import { spawn } from "node:child_process";
import { closeSync, constants, fsyncSync, openSync } from "node:fs";
import { makePace } from "./directory-pace.ts";

/** From this many files on one `syncfs` is cheaper than an fsync of each. */
const MANY = 64;

/**
 * Makes files and the folders they are in durable, so that no write-back of ours disturbs a
 * measurement: all at once through `sync -f` (syncfs) for many, else one by one.
 */
export async function syncFiles(
  root: string,
  count: number,
  paths: Iterable<string>,
  signal: AbortSignal | null,
): Promise<void> {
  if (count >= MANY && (await syncFileSystem(root))) return;
  const pace = makePace(signal);
  for (const path of paths) {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    const pause = pace();
    if (pause !== null) await pause;
  }
}

/** Writes everything dirty of the file system at `path` back; false where `sync -f` is not there. */
export function syncFileSystem(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("sync", ["-f", path], { stdio: "ignore" });
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
}
