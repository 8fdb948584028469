import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import type { Folder } from "../../posix/folder.ts";
import type { OpenOptions } from "../index.ts";
import { thisHolder } from "../ownership/lock.ts";
import { type Manifest, makeManifest } from "../ownership/manifest.ts";
import { withLeft } from "../refusal.ts";
import type { TargetSession } from "../target.ts";
import { adopt, findKept, findOthers, leftoverWarnings } from "./claim.ts";
import { makeRunFolder } from "./folder.ts";
import { cleanFolder } from "./removal/clean.ts";
import { openRoot } from "./root.ts";
import { DirectorySession } from "./session.ts";

/**
 * Opens a directory for one run: checks it, makes `assay-<run id>/` with the manifest, and makes
 * sure that no other run works there. With `reuse`, kept data of the same datasets is taken over
 * where it lies: the session then works in that run's folder and makes none of its own.
 */
export async function openDirectory(path: string, options: OpenOptions): Promise<TargetSession> {
  options.signal?.throwIfAborted();
  const root = openRoot(path);
  try {
    return await openIn(root, options);
  } catch (error) {
    root.close();
    throw error;
  }
}

async function openIn(root: Folder, options: OpenOptions): Promise<TargetSession> {
  const { runId, datasets, signal } = options;
  const warn = options.onWarning ?? (() => {});
  const holder = thisHolder(runId);
  const startedAt = new Date().toISOString();
  const manifest = makeManifest({ ...options, holder, startedAt });
  const folder = makeRunFolder(root, manifest);
  let adopted: Folder | null = null;
  try {
    const others = findOthers(root, runId);
    for (const warning of leftoverWarnings(root, others)) warn(warning);
    const kept = options.reuse
      ? await findKept(root, folder, others, datasets, warn, signal ?? null)
      : null;
    signal?.throwIfAborted();
    if (kept === null) return new DirectorySession(root, folder, manifest, null);
    adopted = kept.folder;
    // The kept folder is claimed before the own one is given up: one of them always shows this run.
    const claimed = adopt(kept, holder);
    const left = await giveUp(root, folder, manifest);
    return new DirectorySession(root, kept.folder, claimed, left);
  } catch (error) {
    const left = await giveUp(root, folder, manifest);
    adopted?.close();
    if (signal?.aborted === true || !(error instanceof PreflightError)) throw error;
    throw withLeft(error, left);
  }
}

/** Removes the run's own folder and closes it; returns what stays, a sentence each. */
async function giveUp(root: Folder, folder: Folder, manifest: Manifest) {
  try {
    const { left } = await cleanFolder({ root, folder }, manifest);
    const clean = `\`assay clean ${manifest.runId} --target ${root.path}\` removes it`;
    return left.map((sentence) => `${sentence}; ${clean}`);
  } catch (error) {
    return [messageOf(error)];
  } finally {
    folder.close();
  }
}
