import { spawn } from "node:child_process";
import { constants, fsyncSync } from "node:fs";
import { type DatasetLocation, fileName } from "../../../model/plan/dataset.ts";
import { closeFile } from "../../../posix/confined.ts";
import { type Folder, FolderChain } from "../../../posix/folder.ts";
import { makePace } from "../../target/pace.ts";
import { DatasetFolders, directoriesOf, lastName } from "../files/files.ts";
import { syncDirectory } from "../files/folder.ts";

/** From this many files on one `syncfs` is cheaper than an fsync of each. */
const MANY = 64;

/**
 * Makes files and the folders they are in durable, so that no write-back of ours disturbs a
 * measurement: all at once through `sync -f` (syncfs) for many, else one by one.
 */
export async function syncFiles(
  folder: Folder,
  location: DatasetLocation,
  files: readonly number[],
  signal: AbortSignal | null,
): Promise<void> {
  if (files.length >= MANY && (await syncFileSystem(folder, signal))) return;
  const pace = makePace(signal);
  const folders = new DatasetFolders(folder, location);
  const chain = new FolderChain(folder);
  try {
    for (const i of files) {
      syncFile(folders.of(i), lastName(fileName(location, i)));
      const pause = pace();
      if (pause !== null) await pause;
    }
    for (const path of directoriesOf(location)) syncDirectory(chain.to(path));
  } finally {
    folders.close();
    chain.close();
  }
}

function syncFile(directory: Folder, name: string): void {
  const fd = directory.openFile(name, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    fsyncSync(fd);
  } finally {
    closeFile(fd);
  }
}

/**
 * Writes back all that is dirty in a directory's file system; false where there is no `sync -f`. An
 * aborted signal ends the wait at once: how much there is to write back is not ours to know.
 */
export function syncFileSystem(folder: Folder, signal: AbortSignal | null): Promise<boolean> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    // Its standard input is the directory itself; a path could lead elsewhere by now.
    const stdio = [folder.fd, "ignore", "ignore"] as const;
    const child = spawn("sync", ["-f", "/dev/stdin"], { stdio: [...stdio] });
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
