/**
 * Removes a run's data from a bucket: open uploads (`uploads.ts`), the objects of each dataset
 * (`dataset.ts`), then the manifest. `progress.ts` keeps the state of each listed object. Only keys
 * that the manifest lists are removed, and every object that stays is named in the report.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../../model/fault/errors.ts";
import { layOut } from "../../content/layout.ts";
import { couldNotRemove, reportOf } from "../../ownership/cleaning.ts";
import { MANIFEST_NAME, type Manifest } from "../../ownership/manifest.ts";
import type { CleanOptions, CleanReport, CutOffWrites } from "../../target/target.ts";
import { listObjects, listVersions, type StoredObject } from "../store/listing.ts";
import { isOwn } from "../store/objects.ts";
import { versioningOf } from "../store/removable.ts";
import { headOf, type Store } from "../store/store.ts";
import { type Lister, removeDataset, removeKey, rethrowIfOver } from "./dataset.ts";
import { BucketCleanup } from "./progress.ts";
import { abortUploads } from "./uploads.ts";

/** How the objects of a run are found, and whether the bucket may keep versions of them. */
interface Way {
  readonly list: Lister;
  readonly versioned: boolean;
}

const NONE: CutOffWrites = { count: 0, isMost: false };

/** How long writes that were cut off may take to appear before the store is listed again. */
const APPEAR_MS = 1000;

/** How long a clean-up waits for the answers of writes that the preparation was ended in. */
const ANSWER_MS = 2000;
const LOOK_MS = 10;

/** Writes of a run that were sent and not answered: those of its phases, and of its preparation. */
export class CutOff {
  private count = 0;
  private isMost = false;

  add({ count, isMost }: CutOffWrites): void {
    this.count += count;
    this.isMost ||= isMost;
  }

  /** Waits a little for answers that may still come. */
  async settled(store: Store, signal: AbortSignal | undefined): Promise<CutOffWrites> {
    const fromMs = performance.now();
    const { writes } = store;
    while (writes.open > 0 && signal?.aborted !== true) {
      if (performance.now() - fromMs >= ANSWER_MS) break;
      await sleep(LOOK_MS);
    }
    return { count: this.count + writes.open + writes.lost, isMost: this.isMost };
  }
}

/** A clean-up that knows of writes which may still be made. */
interface RunCleanOptions extends CleanOptions {
  readonly cutOff?: CutOffWrites;
}

/**
 * Removes everything a manifest lists from a run's prefix (all versions of it, where the bucket
 * keeps them), aborts the run's uploads, then removes the manifest. One failure does not stop the
 * rest. Does not throw, not even when it is stopped: what stays is in the report, a sentence each.
 * The manifest stays as well where writes that were cut off may still appear.
 */
export async function cleanRun(
  store: Store,
  root: string,
  manifest: Manifest | null,
  { progress = () => {}, signal, cutOff = NONE }: RunCleanOptions = {},
): Promise<CleanReport> {
  const locations = (manifest?.datasets ?? []).map(({ plan, folder }) => layOut(plan, folder));
  const cleanup = new BucketCleanup({ store, root }, locations, signal, progress);
  const mayAppear = cutOff.count > 0;
  try {
    await endUploads(cleanup);
    const way = await wayOf(cleanup);
    if (way !== null) await removeAll(cleanup, way, mayAppear);
  } catch (error) {
    couldNotRemove(cleanup.cleaning, endOf(cleanup, error));
  }
  if (mayAppear) cleanup.cleaning.incomplete = true;
  const report = reportOf(cleanup.finish());
  return mayAppear ? { ...report, cutOff } : report;
}

async function removeAll(cleanup: BucketCleanup, way: Way, mayAppear: boolean): Promise<void> {
  const { cleaning, datasets, where, signal } = cleanup;
  const removeData = async (): Promise<void> => {
    for (const dataset of datasets) {
      await removeDataset(cleanup, dataset, way.list, way.versioned);
    }
  };
  await removeData();
  if (mayAppear) {
    await sleep(APPEAR_MS, undefined, signal === undefined ? {} : { signal });
    await endUploads(cleanup);
    await removeData();
  }
  const strangers = await lookAround(cleanup, way);
  const isLeft = mayAppear || cleaning.incomplete || cleanup.hasRefused;
  // The manifest goes only after everything it lists, so that a clean-up can be repeated.
  if (isLeft) return;
  await removeManifest(cleanup, way);
  if (strangers.count === 0 || cleanup.hasRefused) return;
  const more = strangers.count > 1 ? ` and ${strangers.count - 1} more` : "";
  const what = `${strangers.first}${more}`;
  cleaning.left.push(`${where} holds what this run did not make (${what}); it was left`);
}

/** Why a clean-up ended early, and what that means for the files that the manifest lists. */
function endOf({ where, signal, leftFiles, listedFiles }: BucketCleanup, error: unknown): string {
  const rest = `up to ${leftFiles} of the ${listedFiles} objects that its manifest lists are left`;
  if (signal?.aborted !== true)
    return `${where} could not be cleaned (${rest}): ${messageOf(error)}`;
  return `the cleanup of ${where} was stopped: ${rest}; run it again`;
}

async function endUploads(cleanup: BucketCleanup): Promise<void> {
  const { store, root, datasets, cleaning, where, signal } = cleanup;
  const locations = datasets.map(({ location }) => location);
  const uploads = await abortUploads(store, root, locations, signal);
  if (uploads.unlisted !== null) {
    cleaning.notes.push(
      `multipart uploads below ${where} are unknown; any that were left open stay and are ` +
        `charged: ${uploads.unlisted}`,
    );
  }
  if (uploads.stay > 0) {
    const what = `${uploads.stay} multipart upload(s) below ${where} could not be aborted`;
    couldNotRemove(cleaning, `${what}: ${uploads.reason}`);
  }
}

/** How to find the objects; null where versions are kept and cannot be listed. */
async function wayOf(cleanup: BucketCleanup): Promise<Way | null> {
  const { store, root, signal, cleaning, where } = cleanup;
  const { state, why } = await versioningOf(store, signal);
  if (state === "none") return { list: listObjects, versioned: false };
  const key = root + MANIFEST_NAME;
  try {
    for await (const _ of listVersions(store, key, signal)) break;
    return { list: listVersions, versioned: true };
  } catch (error) {
    rethrowIfOver(cleanup, error);
    const known = state !== "unknown" || (await keepsVersions(cleanup, key));
    if (known) {
      couldNotRemove(
        cleaning,
        `${where} was not cleaned: the bucket keeps old versions, which cannot be listed, so ` +
          `they would stay and be charged: ${messageOf(error)}`,
      );
      return null;
    }
    cleaning.notes.push(
      `whether old versions below ${where} stay and are charged is unknown: ${why}`,
    );
    return { list: listObjects, versioned: false };
  }
}

/** Whether the bucket gave the manifest a version, as far as that can be asked. */
async function keepsVersions(cleanup: BucketCleanup, key: string): Promise<boolean> {
  try {
    const head = await headOf(cleanup.store, key, cleanup.signal);
    return head !== null && head.versionId !== null && head.versionId !== "null";
  } catch (error) {
    rethrowIfOver(cleanup, error);
    return false;
  }
}

/**
 * Lists the whole prefix once more: what of the run is still there after its removal stays, and
 * what the run did not make is no business of it.
 */
async function lookAround(
  cleanup: BucketCleanup,
  { list }: Way,
): Promise<{ readonly count: number; readonly first: string }> {
  const { store, root, datasets, signal, cleaning, where } = cleanup;
  let count = 0;
  let first = "";
  try {
    for await (const page of list(store, root, signal)) {
      for (const object of page) {
        const { key } = object;
        if (key === root + MANIFEST_NAME || cleanup.isRefused(key)) continue;
        if (datasets.some(({ location }) => isOwn(location, root, key))) {
          cleanup.isThereStill(object);
        } else if (count++ === 0) first = key.slice(root.length);
      }
    }
  } catch (error) {
    rethrowIfOver(cleanup, error);
    cleaning.notes.push(`whether anything else is below ${where} is unknown: ${messageOf(error)}`);
  }
  return { count, first };
}

async function removeManifest(cleanup: BucketCleanup, { versioned }: Way): Promise<void> {
  const { store, root, signal } = cleanup;
  const key = root + MANIFEST_NAME;
  const versions: StoredObject[] = [];
  try {
    if (versioned) {
      for await (const page of listVersions(store, key, signal)) {
        versions.push(...page.filter((object) => object.key === key));
      }
      await cleanup.remove(versions);
    }
    if (cleanup.isRefused(key)) return;
    await removeKey(cleanup, key, { isKnown: !versioned, isCounted: versions.length > 0 });
  } catch (error) {
    rethrowIfOver(cleanup, error);
    cleanup.refuse(key, messageOf(error));
  }
}
