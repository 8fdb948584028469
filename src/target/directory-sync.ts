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
  if (count >= MANY && (await syncFileSystem(root, signal))) return;
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

/**
 * Writes back all that is dirty in a path's file system; false where there is no `sync -f`. An
 * aborted signal ends the wait at once: how much there is to write back is not ours to know.
 */
export function syncFileSystem(path: string, signal: AbortSignal | null): Promise<boolean> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn("sync", ["-f", path], { stdio: "ignore" });
    const giveUp = () => {
      child.kill("SIGKILL");
      child.unref();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    child.once("error", () => resolve(false));
    child.once("close", (code) => {
      signal?.removeEventListener("abort", giveUp);
      resolve(code === 0);
    });
  });
}
