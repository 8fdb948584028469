import { spawn } from "node:child_process";
import { constants } from "node:os";
import { systemError } from "../../../model/fault/system-error.ts";
import { type DatasetLocation, fileName } from "../../../model/plan/dataset.ts";
import type { Steps } from "../../../posix/file-steps.ts";
import { type Folder, FolderChain, FolderError } from "../../../posix/folder.ts";
import { DatasetFolders, eachFile, lastName, number } from "../files/each-file.ts";
import { directoriesOf, withFile } from "../files/files.ts";
import { syncDirectory } from "../files/folder.ts";

const { ENOENT } = constants.errno;

/** Number of files from which one `syncfs` is faster than one fsync per file. */
const MANY = 64;

/**
 * Makes files and their directories durable, so that no write-back of prepared data disturbs a
 * measurement. Many files are flushed together by `sync -f` (syncfs), few files one by one.
 */
export async function syncFiles(
  folder: Folder,
  location: DatasetLocation,
  files: readonly number[],
  signal: AbortSignal | null,
): Promise<void> {
  if (files.length >= MANY && (await syncFileSystem(folder, signal))) return;
  const folders = new DatasetFolders(folder, location);
  const chain = new FolderChain(folder);
  const sync = function* (file: number): Steps {
    const isThere = yield* withFile(folders, location, file, syncFile);
    const { path } = folders.of(file);
    if (!isThere) throw new FolderError(ENOENT, `${path}/${lastName(fileName(location, file))}`);
  };
  try {
    await eachFile(files, sync, { signal });
    for (const path of directoriesOf(location)) syncDirectory(chain.to(path));
  } finally {
    folders.close();
    chain.close();
  }
}

function* syncFile(fd: number): Steps {
  const synced = number(yield { call: "fsync", fd });
  if (synced < 0) throw systemError("fsync", -synced);
}

/**
 * Writes back all dirty pages of a directory's file system; resolves with false if `sync -f` fails
 * or is missing. An aborted signal ends the wait immediately, because the amount to write back is
 * unknown.
 */
export function syncFileSystem(folder: Folder, signal: AbortSignal | null): Promise<boolean> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    // Passes the open directory as standard input, because its path may have been replaced.
    const stdio = [folder.fd, "ignore", "ignore"] as const;
    const child = spawn("sync", ["-f", "/dev/stdin"], { stdio: [...stdio] });
    const stop = () => {
      child.kill("SIGKILL");
      child.unref();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
    child.once("error", () => resolve(false));
    child.once("close", (code) => {
      signal?.removeEventListener("abort", stop);
      resolve(code === 0);
    });
  });
}
