import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Folder } from "../../posix/folder.ts";
import { HEARTBEAT_MS } from "../ownership/lock.ts";
import {
  MANIFEST_NAME,
  MAX_MANIFEST_BYTES,
  type Manifest,
  parseManifest,
} from "../ownership/manifest.ts";

const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Updates the manifest's modification time periodically, for runs on other hosts that share the
 * file system. It rewrites the first byte, so that the time is by the file server's clock. It does
 * not write to a file that is not this run's manifest.
 */
export function startHeartbeat(folder: Folder, { runId, holder }: Manifest): { stop(): void } {
  let touching: Promise<void> | null = null;
  const timer = setInterval(() => {
    if (touching !== null) return;
    // The run itself meets and reports any error that prevents a heartbeat.
    touching = touch(folder, runId, holder?.runId)
      .catch(() => {})
      .finally(() => {
        touching = null;
      });
  }, HEARTBEAT_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function touch(folder: Folder, runId: string, holder: string | undefined): Promise<void> {
  const file = await open(folder.at(MANIFEST_NAME), O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  try {
    if (await isOwn(file, runId, holder)) await file.write("{", 0);
  } finally {
    await file.close();
  }
}

/** Whether a file is this run's manifest; one with a second hard link may be another program's. */
async function isOwn(file: FileHandle, runId: string, holder: string | undefined) {
  const found = await file.stat();
  if (!found.isFile() || found.nlink !== 1 || found.size > MAX_MANIFEST_BYTES) return false;
  const parsed = parseManifest(await file.readFile("utf8"));
  return !("invalid" in parsed) && parsed.runId === runId && parsed.holder?.runId === holder;
}
