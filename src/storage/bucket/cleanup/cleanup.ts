/**
 * Removes a run's data from a bucket: open uploads (`uploads.ts`), the objects of each dataset
 * (`dataset.ts`), then the manifest. `progress.ts` keeps the state of each listed object. It
 * removes only keys that the manifest lists, and reports every object that remains.
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

/** Method for listing the objects of a run. */
interface ListingMethod {
  readonly list: Lister;
  /** Whether the bucket may keep versions. */
  readonly versioned: boolean;
}

const NONE: CutOffWrites = { count: 0, isMost: false };

/** Wait before the second listing, in which aborted writes may complete on the server. */
const APPEAR_MS = 1000;

/** Maximum wait of a cleanup for responses to writes of an aborted preparation. */
const RESPONSE_MS = 2000;
const POLL_MS = 10;

/** Counts writes of phases and preparation that were sent but got no response. */
export class CutOff {
  private count = 0;
  private isMost = false;

  add({ count, isMost }: CutOffWrites): void {
    this.count += count;
    this.isMost ||= isMost;
  }

  /** Waits up to `RESPONSE_MS` for outstanding responses, and returns the writes without one. */
  async waitForResponses(store: Store, signal: AbortSignal | undefined): Promise<CutOffWrites> {
    const startedMs = performance.now();
    const { writes } = store;
    while (writes.open > 0 && signal?.aborted !== true) {
      if (performance.now() - startedMs >= RESPONSE_MS) break;
      await sleep(POLL_MS);
    }
    return { count: this.count + writes.open + writes.lost, isMost: this.isMost };
  }
}

interface RunCleanOptions extends CleanOptions {
  /** Writes without a response, which may still complete. */
  readonly cutOff?: CutOffWrites;
}

/**
 * Aborts the run's uploads, removes all listed objects from its prefix, including their versions,
 * then removes the manifest. A failure does not stop the rest. Does not throw, even if aborted: the
 * report lists what remains. The manifest remains while writes without a response may complete.
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
    const method = await listingMethod(cleanup);
    if (method !== null) await removeAll(cleanup, method, mayAppear);
  } catch (error) {
    couldNotRemove(cleanup.cleaning, stoppedMessage(cleanup, error));
  }
  if (mayAppear) cleanup.cleaning.incomplete = true;
  const report = reportOf(cleanup.finish());
  return mayAppear ? { ...report, cutOff } : report;
}

async function removeAll(
  cleanup: BucketCleanup,
  method: ListingMethod,
  mayAppear: boolean,
): Promise<void> {
  const { cleaning, datasets, where, signal } = cleanup;
  const removeData = async (): Promise<void> => {
    for (const dataset of datasets) {
      await removeDataset(cleanup, dataset, method.list, method.versioned);
    }
  };
  await removeData();
  if (mayAppear) {
    await sleep(APPEAR_MS, undefined, signal === undefined ? {} : { signal });
    await endUploads(cleanup);
    await removeData();
  }
  const foreign = await findForeign(cleanup, method);
  const isLeft = mayAppear || cleaning.incomplete || cleanup.hasRefused;
  // The manifest is removed last, so that a cleanup can be repeated.
  if (isLeft) return;
  await removeManifest(cleanup, method);
  if (foreign.count === 0 || cleanup.hasRefused) return;
  const more = foreign.count > 1 ? ` and ${foreign.count - 1} more` : "";
  const what = `${foreign.first}${more}`;
  cleaning.left.push(
    `${where} holds objects that this run did not create (${what}); they were not removed`,
  );
}

/** Message for a cleanup that ended early: the reason, and the listed objects that may remain. */
function stoppedMessage(
  { where, signal, leftFiles, listedFiles }: BucketCleanup,
  error: unknown,
): string {
  const rest = `up to ${leftFiles} of ${listedFiles} objects listed in its manifest remain`;
  if (signal?.aborted !== true) {
    return `${where} could not be cleaned up (${rest}): ${messageOf(error)}`;
  }
  return `the cleanup of ${where} was stopped: ${rest}; run \`assay clean\` again`;
}

async function endUploads(cleanup: BucketCleanup): Promise<void> {
  const { store, root, datasets, cleaning, where, signal } = cleanup;
  const locations = datasets.map(({ location }) => location);
  const uploads = await abortUploads(store, root, locations, signal);
  if (uploads.unlisted !== null) {
    cleaning.notes.push(
      `multipart uploads below ${where} could not be listed; open uploads, if any, remain and ` +
        `are charged: ${uploads.unlisted}`,
    );
  }
  if (uploads.stay > 0) {
    const what = `${uploads.stay} multipart upload(s) below ${where} could not be aborted`;
    couldNotRemove(cleaning, `${what} and are charged: ${uploads.reason}`);
  }
}

/** Decides how to list the objects; null if the bucket keeps versions that cannot be listed. */
async function listingMethod(cleanup: BucketCleanup): Promise<ListingMethod | null> {
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
        `${where} was not cleaned up: the bucket keeps old versions, which cannot be listed; ` +
          `they would remain and be charged: ${messageOf(error)}`,
      );
      return null;
    }
    cleaning.notes.push(
      `it is unknown whether old versions below ${where} remain and are charged: ${why}`,
    );
    return { list: listObjects, versioned: false };
  }
}

/** Whether the manifest has a version id; false if its head cannot be read. */
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
 * Lists the whole prefix again. Records objects of the run that the server still lists, and counts
 * objects that the run did not create.
 */
async function findForeign(
  cleanup: BucketCleanup,
  { list }: ListingMethod,
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
          cleanup.recordStillListed(object);
        } else if (count++ === 0) first = key.slice(root.length);
      }
    }
  } catch (error) {
    rethrowIfOver(cleanup, error);
    cleaning.notes.push(
      `it is unknown whether other objects exist below ${where}: ${messageOf(error)}`,
    );
  }
  return { count, first };
}

async function removeManifest(cleanup: BucketCleanup, { versioned }: ListingMethod): Promise<void> {
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
