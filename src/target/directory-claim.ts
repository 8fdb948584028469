import { open } from "node:fs/promises";
import { join } from "node:path";
import type { DatasetPlan } from "../model/dataset.ts";
import { PreflightError } from "../model/errors.ts";
import { filePath, inspect } from "./directory-files.ts";
import { type FoundFolder, findFolders, writeManifest } from "./directory-folder.ts";
import { fileWithHole } from "./holes.ts";
import { layOut } from "./layout.ts";
import { keptFor } from "./leftover.ts";
import { HEARTBEAT_MS, isHeld } from "./lock.ts";
import { type Holder, MANIFEST_NAME } from "./manifest.ts";

/**
 * Looks at the other runs of a target, after this run's own manifest is written, so that of two
 * runs that start at once at least one sees the other. A live one is an error.
 */
export function findOthers(root: string, ownRunId: string): readonly FoundFolder[] {
  const found = findFolders(root);
  const now = found.find(({ runId }) => runId === ownRunId)?.touchedMs ?? Date.now();
  const others = found.filter(({ runId }) => runId !== ownRunId);
  const live = others.find((other) => isLive(other, now));
  if (live !== undefined) {
    const holder = live.manifest?.holder;
    throw new PreflightError(
      `run ${holder?.runId ?? live.runId} is going on in ${root} (process ${holder?.pid} on ` +
        `${holder?.host}); two runs at once would measure each other: wait for it to end`,
    );
  }
  return others;
}

/** Whether the run of a folder is still going; `nowMs` by the clock of the file system. */
export function isLive(found: FoundFolder, nowMs: number): boolean {
  return isHeld(found.manifest?.holder ?? null, nowMs - found.touchedMs);
}

/** A warning for each run that ended without cleaning up and whose data nobody asked to keep. */
export function leftoverWarnings(root: string, others: readonly FoundFolder[]): readonly string[] {
  return others
    .filter(({ manifest }) => manifest !== null && !manifest.kept)
    .map(
      ({ runId, folder }) =>
        `run ${runId} ended without cleaning up and left ${folder}; ` +
        `\`assay clean ${runId} --target ${root}\` removes it`,
    );
}

/**
 * The newest kept folder whose manifest names exactly these datasets and whose files, as far as
 * they are there, have the right sizes (a dataset may be missing: its last phase deleted it).
 */
export async function findKept(
  others: readonly FoundFolder[],
  datasets: readonly DatasetPlan[],
  warn: (message: string) => void,
): Promise<FoundFolder | null> {
  for (const found of keptFor(others, datasets)) {
    const wrong = await firstWrong(found);
    if (wrong === null) return found;
    warn(
      `the data kept in ${found.folder} is not reused: ${wrong}; \`assay clean ${found.runId}\` ` +
        "removes it",
    );
  }
  return null;
}

/** Why kept data cannot be used, one clause; null where it can. */
async function firstWrong(found: FoundFolder): Promise<string | null> {
  for (const { plan, folder } of found.manifest?.datasets ?? []) {
    const location = layOut(plan, folder);
    const { resized, foreign } = await inspect(found.folder, location, null);
    if (resized.length + foreign.length > 0) {
      return `dataset "${plan.name}" has files that do not match its manifest`;
    }
    const file = await fileWithHole(found.folder, location);
    if (file !== null) {
      return (
        `${filePath(found.folder, location, file)} has parts that were never written, which read ` +
        "as zeros without reaching the storage"
      );
    }
  }
  return null;
}

/** Takes kept data over: its manifest now names this run as the one that works with it. */
export function adopt(found: FoundFolder, holder: Holder): void {
  if (found.manifest !== null) writeManifest(found.folder, { ...found.manifest, holder });
}

/**
 * Touches the manifest now and then, for runs on other machines that share the file system. The
 * time is the file server's, because the first byte is written anew instead of setting a time.
 */
export function startHeartbeat(folder: string): { stop(): void } {
  const timer = setInterval(() => {
    // Whatever keeps the heartbeat from being written is met, and told, by the run itself.
    touch(join(folder, MANIFEST_NAME)).catch(() => {});
  }, HEARTBEAT_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function touch(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.write("{", 0);
  } finally {
    await file.close();
  }
}
