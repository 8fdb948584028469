import { lstatSync, opendirSync, readdirSync, rmdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { codeOf } from "../../../model/fault/errors.ts";
import { type Folder, FolderChain, FolderError } from "../../../posix/folder.ts";
import { type Cleaning, couldNotRemove } from "../../ownership/cleaning.ts";
import { makePace } from "../../target/pace.ts";
import { notRemoved, whyFailed } from "../../target/refusal.ts";
import { lastName } from "../files/each-file.ts";

import type { ForeignCheck } from "../files/own.ts";

/** Total time that a cleanup waits for directories in use. */
const MAX_WAIT_MS = 3000;
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 500;

/** Name that NFS gives to a removed file until the last program closes it. */
const STILL_OPEN = /^\.nfs/;

/** Remaining time of a cleanup to wait for other programs. */
export class WaitBudget {
  private readonly signal: AbortSignal | null;
  private leftMs: number;
  private pauseMs = FIRST_PAUSE_MS;

  constructor(signal: AbortSignal | null, leftMs = MAX_WAIT_MS) {
    this.signal = signal;
    this.leftMs = leftMs;
  }

  /** Waits before the next attempt; resolves with false if no time is left. */
  async wait(): Promise<boolean> {
    const ms = Math.min(this.pauseMs, this.leftMs);
    if (ms <= 0 || this.isOver()) return false;
    this.leftMs -= ms;
    this.pauseMs = Math.min(MAX_PAUSE_MS, this.pauseMs * 2);
    await delay(ms, undefined, this.signal === null ? {} : { signal: this.signal }).catch(() => {});
    return !this.isOver();
  }

  private isOver(): boolean {
    return this.signal?.aborted === true;
  }
}

/** Outcome of removing a directory; `busy`: in use, `holds`: contains data of other programs. */
type RemovalOutcome = "gone" | "busy" | "holds" | "failed";

/** Directory to remove, by its name in its parent. */
export interface DirectoryEntry {
  readonly parent: Folder;
  readonly name: string;
}

/**
 * Removes a directory that should be empty. Retries while it is in use (EBUSY) or holds only
 * removed files that are still open (`.nfs…`). Reports a directory that remains. `whose`: clause on
 * the owner of what it holds.
 */
export async function removeDirectory(
  { parent, name }: DirectoryEntry,
  cleaning: Cleaning,
  waiting: WaitBudget,
  whose = "this run did not create",
): Promise<RemovalOutcome> {
  const path = `${parent.path}/${name}`;
  for (;;) {
    const error = tryRemove(parent, name);
    if (error === null) return "gone";
    const code = codeOf(error);
    const full = code === "ENOTEMPTY" || code === "EEXIST";
    const listed = full ? namesBelow(parent, name) : [];
    if ("failed" in listed) {
      const why = `it is not empty and could not be listed: ${whyFailed(listed.failed)}`;
      couldNotRemove(
        cleaning,
        `${path} could not be removed: ${why}; run \`assay clean\` again later`,
      );
      return "failed";
    }
    const names = listed;
    const open = names.filter((entry) => STILL_OPEN.test(entry));
    const passes = code === "EBUSY" || (full && open.length === names.length);
    if (passes && (await waiting.wait())) continue;
    if (!full) {
      couldNotRemove(cleaning, notRemoved(path, error));
      return passes ? "busy" : "failed";
    }
    if (open.length > 0) {
      couldNotRemove(
        cleaning,
        `${path} could not be removed: it holds removed files that a program still has ` +
          `open${namesOf(open)}; end that program, then run \`assay clean\` again`,
      );
      return "busy";
    }
    if (names.length === 0) {
      couldNotRemove(
        cleaning,
        `${path} could not be removed: the file system reports that it is not empty (${code}), ` +
          "but lists no files in it; removed files may still be open; run `assay clean` again " +
          "later",
      );
      return "busy";
    }
    // Data in a subdirectory has its own message.
    if (!cleaning.left.some((message) => message.startsWith(`${path}/`))) {
      cleaning.left.push(
        `${path} holds data that ${whose}${namesOf(names)}; it was not removed; move it, then ` +
          "run `assay clean` again",
      );
    }
    return "holds";
  }
}

/**
 * Waits until the first removed file that is still open in a directory is gone, or no time is left.
 * Does not wait for a directory that cannot be listed.
 */
export async function waitForOpenFile(folder: Folder, waiting: WaitBudget): Promise<void> {
  try {
    const open = namesIn(folder).find((name) => STILL_OPEN.test(name));
    if (open === undefined) return;
    while (namesIn(folder).includes(open) && (await waiting.wait()));
  } catch {
    // The removal of the directory reports the reason.
  }
}

/** Removes a directory; returns the error, or null if the directory no longer exists. */
function tryRemove(parent: Folder, name: string): unknown {
  try {
    rmdirSync(parent.at(name));
    // Some file servers respond before the name is gone, and keep it while it is open.
    return null;
  } catch (error) {
    // `removeFile` reports an entry that is not a directory.
    const code = codeOf(error);
    return code === "ENOENT" || code === "ENOTDIR" ? null : error;
  }
}

type Listed = readonly string[] | { readonly failed: unknown };

function namesBelow(parent: Folder, name: string): Listed {
  try {
    const folder = parent.below(name);
    try {
      return namesIn(folder);
    } finally {
      folder.close();
    }
  } catch (failed) {
    return { failed };
  }
}

function namesIn(folder: Folder): readonly string[] {
  return readdirSync(folder.at("."));
}

/** Whether a directory is empty, so that its files need not be checked one by one. */
export function isEmpty(folder: Folder): boolean {
  try {
    const directory = opendirSync(folder.at("."));
    try {
      return directory.readSync() === null;
    } finally {
      directory.closeSync();
    }
  } catch {
    // The removal of the files reports the reason.
    return false;
  }
}

function namesOf([first, ...others]: readonly string[]): string {
  if (first === undefined) return "";
  return ` (${first}${others.length > 0 ? ` and ${others.length} more` : ""})`;
}

/** Removes the directories of a dataset, deepest first. */
export async function removeDirectories(
  folder: Folder,
  paths: readonly string[],
  { cleaning, whyForeign }: { readonly cleaning: Cleaning; readonly whyForeign: ForeignCheck },
  waiting: WaitBudget,
): Promise<void> {
  const chain = new FolderChain(folder);
  const pace = makePace(null, undefined, 1);
  try {
    for (const path of paths.toReversed()) {
      const name = lastName(path);
      try {
        const parent = chain.to(path.slice(0, Math.max(0, path.length - name.length - 1)));
        const found = lstatSync(parent.at(name), { throwIfNoEntry: false });
        if (!found?.isDirectory()) continue;
        const why = whyForeign(found, 0);
        if (why === null) await removeDirectory({ parent, name }, cleaning, waiting);
        else cleaning.left.push(`${folder.path}/${path} ${why}; it was not removed`);
        const pause = pace();
        if (pause !== null) await pause;
      } catch (error) {
        // The removal of its files has reported a parent that is missing or was replaced.
        if (error instanceof FolderError) continue;
        couldNotRemove(cleaning, notRemoved(`${folder.path}/${path}`, error));
      }
    }
  } finally {
    chain.close();
  }
}
