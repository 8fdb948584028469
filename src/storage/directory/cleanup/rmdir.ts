import { lstatSync, readdirSync, rmdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { codeOf } from "../../../model/fault/errors.ts";
import { type Folder, FolderChain, FolderError } from "../../../posix/folder.ts";
import { type Cleaning, couldNotRemove } from "../../ownership/cleaning.ts";
import { notRemoved, whyFailed } from "../../target/refusal.ts";
import { lastName } from "../files/files.ts";
import type { WhyForeign } from "../files/own.ts";

/** How long a clean-up waits for directories that are in use, all of them together. */
const PATIENCE_MS = 3000;
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 500;

/** NFS gives a removed file such a name until the last program that has it open closes it. */
const STILL_OPEN = /^\.nfs/;

/** Time that a clean-up has left to wait for others. */
export class Patience {
  private readonly signal: AbortSignal | null;
  private leftMs: number;
  private pauseMs = FIRST_PAUSE_MS;

  constructor(signal: AbortSignal | null, leftMs = PATIENCE_MS) {
    this.signal = signal;
    this.leftMs = leftMs;
  }

  /** Waits a little; false, at once, when there is no time left. */
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

/** Why a directory stays: in use for now, or holding what the run did not make. */
type Stays = "gone" | "busy" | "holds" | "failed";

/** Directory of a run that is to go, by its name in the one above. */
export interface Doomed {
  readonly parent: Folder;
  readonly name: string;
}

/**
 * Removes a directory that should be empty, again and again while it is in use (EBUSY) or holds
 * only files that are removed and still open (`.nfs…`). What stays is a sentence of the clean-up.
 */
export async function removeDirectory(
  { parent, name }: Doomed,
  cleaning: Cleaning,
  patience: Patience,
): Promise<Stays> {
  const path = `${parent.path}/${name}`;
  for (;;) {
    const error = tryRemove(parent, name);
    if (error === null) return "gone";
    const code = codeOf(error);
    const full = code === "ENOTEMPTY" || code === "EEXIST";
    const listed = full ? namesBelow(parent, name) : [];
    if ("failed" in listed) {
      const why = `it is not empty and could not be listed: ${whyFailed(listed.failed)}`;
      couldNotRemove(cleaning, `${path} could not be removed: ${why}; clean up again later`);
      return "failed";
    }
    const names = listed;
    const open = names.filter((entry) => STILL_OPEN.test(entry));
    const passes = code === "EBUSY" || (full && open.length === names.length);
    if (passes && (await patience.wait())) continue;
    if (!full) {
      couldNotRemove(cleaning, notRemoved(path, error));
      return passes ? "busy" : "failed";
    }
    if (open.length > 0) {
      couldNotRemove(
        cleaning,
        `${path} holds ${namesOf(open)}: removed files that a program still has open; clean up ` +
          "again when it has ended",
      );
      return "busy";
    }
    if (names.length === 0) {
      couldNotRemove(
        cleaning,
        `${path} could not be removed: it is not empty, says the file system, and lists no name ` +
          `in it (${code}); removed files may be open still: clean up again later ` +
          "(`assay clean`)",
      );
      return "busy";
    }
    // What is left further down has its own sentence.
    if (!cleaning.left.some((sentence) => sentence.startsWith(`${path}/`))) {
      cleaning.left.push(`${path} holds what this run did not make${namesOf(names)}; it was left`);
    }
    return "holds";
  }
}

/**
 * Waits until the first removed file that a program still has open in a folder is gone, or there is
 * no patience left. What cannot be listed is not waited for.
 */
export async function waitForOpenFile(folder: Folder, patience: Patience): Promise<void> {
  try {
    const open = namesIn(folder).find((name) => STILL_OPEN.test(name));
    if (open === undefined) return;
    while (namesIn(folder).includes(open) && (await patience.wait()));
  } catch {
    // The removal of the folder meets the cause, and says so.
  }
}

/** Null where it is gone, or was never there; what is no directory has its own sentence. */
function tryRemove(parent: Folder, name: string): unknown {
  try {
    rmdirSync(parent.at(name));
    // Some file servers answer before the name is gone, and keep it while it is open.
    return null;
  } catch (error) {
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

function namesOf([first, ...others]: readonly string[]): string {
  if (first === undefined) return "";
  return ` (${first}${others.length > 0 ? ` and ${others.length} more` : ""})`;
}

/** Removes the directories of a dataset, the deepest first. */
export async function removeDirectories(
  folder: Folder,
  paths: readonly string[],
  { cleaning, whyForeign }: { readonly cleaning: Cleaning; readonly whyForeign: WhyForeign },
  patience: Patience,
): Promise<void> {
  const chain = new FolderChain(folder);
  try {
    for (const path of paths.toReversed()) {
      const name = lastName(path);
      try {
        const parent = chain.to(path.slice(0, Math.max(0, path.length - name.length - 1)));
        const found = lstatSync(parent.at(name), { throwIfNoEntry: false });
        if (!found?.isDirectory()) continue;
        const why = whyForeign(found, 0);
        if (why === null) await removeDirectory({ parent, name }, cleaning, patience);
        else cleaning.left.push(`${folder.path}/${path} ${why}; it was left`);
      } catch (error) {
        // A parent that is missing, or not ours, was met when its files were removed.
        if (error instanceof FolderError) continue;
        couldNotRemove(cleaning, notRemoved(`${folder.path}/${path}`, error));
      }
    }
  } finally {
    chain.close();
  }
}
