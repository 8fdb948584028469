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
 * Touches the manifest now and then, for runs on other machines that share the file system. The
 * time is the file server's, because the first byte is written again instead of setting a time. A
 * file in the manifest's place that is not this run's own is left alone.
 */
export function startHeartbeat(folder: Folder, { runId, holder }: Manifest): { stop(): void } {
  let touching: Promise<void> | null = null;
  const timer = setInterval(() => {
    if (touching !== null) return;
    // Whatever keeps the heartbeat from being written is met, and told, by the run itself.
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

/** A hard link would be another program's file too. */
async function isOwn(file: FileHandle, runId: string, holder: string | undefined) {
  const found = await file.stat();
  if (!found.isFile() || found.nlink !== 1 || found.size > MAX_MANIFEST_BYTES) return false;
  const parsed = parseManifest(await file.readFile("utf8"));
  return !("invalid" in parsed) && parsed.runId === runId && parsed.holder?.runId === holder;
}
