import { AbortMultipartUploadCommand } from "@aws-sdk/client-s3";
import { messageOf } from "../../../model/fault/errors.ts";
import { type DatasetLocation, fileName } from "../../../model/plan/dataset.ts";
import { isAmazonBucket } from "../../../model/target/amazon.ts";
import { failureCode } from "../../../s3/failure/failure.ts";
import { inParallel } from "../store/in-parallel.ts";
import { listUploads, type OpenUpload } from "../store/listing.ts";
import { indexOfKey } from "../store/objects.ts";
import { IN_FLIGHT, requestError, type Store, send } from "../store/store.ts";

/** Minimum part size of a multipart upload, as defined by S3. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** Result of aborting the multipart uploads of a run. */
export interface UploadsReport {
  /** Reason why uploads could not be listed; null if all were listed. */
  unlisted: string | null;
  /** Uploads that remain open. */
  stay: number;
  /** Reason why the first of them remains open. */
  reason: string;
}

/**
 * Aborts open uploads of listed objects, because S3 charges for their parts. A failure does not
 * stop the rest.
 *
 * @throws only the signal's reason
 */
export async function abortUploads(
  store: Store,
  root: string,
  locations: readonly DatasetLocation[],
  signal: AbortSignal | undefined,
): Promise<UploadsReport> {
  const report: UploadsReport = { unlisted: null, stay: 0, reason: "" };
  const mine = (key: string) => locations.some((location) => indexOfKey(location, root, key) >= 0);
  await abortBelow(store, root, mine, report, signal);
  if (isAmazonBucket(store.address) || report.unlisted !== null) return report;
  // MinIO lists uploads only for a complete key, so each object that may have parts is checked.
  const keys = locations.flatMap((location) => largeKeys(root, location));
  await inParallel(keys.length, IN_FLIGHT, async (i) => {
    const key = keys[i] ?? "";
    if (report.unlisted !== null) return;
    await abortBelow(store, key, (found) => found === key, report, signal);
  });
  return report;
}

function largeKeys(root: string, location: DatasetLocation): string[] {
  const keys: string[] = [];
  location.sizes.forEach((size, i) => {
    if (size > MIN_PART_BYTES) keys.push(root + fileName(location, i));
  });
  return keys;
}

async function abortBelow(
  store: Store,
  prefix: string,
  mine: (key: string) => boolean,
  report: UploadsReport,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    for await (const page of listUploads(store, prefix, signal)) {
      const uploads = page.filter(({ key }) => mine(key));
      await inParallel(uploads.length, IN_FLIGHT, async (i) => {
        const upload = uploads[i];
        if (upload !== undefined) await abortOne(store, upload, report, signal);
      });
    }
  } catch (error) {
    signal?.throwIfAborted();
    report.unlisted = messageOf(error);
  }
}

async function abortOne(
  store: Store,
  { key, uploadId }: OpenUpload,
  report: UploadsReport,
  signal: AbortSignal | undefined,
): Promise<void> {
  const named = { Bucket: store.address.bucket, Key: key, UploadId: uploadId };
  const command = new AbortMultipartUploadCommand(named);
  try {
    await send(store, command, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (failureCode(error) === "NoSuchUpload") return;
    const { message } = await requestError(store, command, error, signal);
    if (report.stay++ === 0) report.reason = `${key}: ${message}`;
  }
}
