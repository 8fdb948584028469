import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type MultipartUpload,
} from "@aws-sdk/client-s3";
import { isAmazonBucket } from "../model/amazon.ts";
import { type DatasetLocation, fileName } from "../model/dataset.ts";
import { failureCode } from "../s3/failure.ts";
import { inLanes } from "./bucket-lanes.ts";
import { indexOfKey } from "./bucket-objects.ts";
import { ask, LANES, type Store } from "./bucket-store.ts";

/** An upload has parts of at least this size, by S3's definition. */
const SMALLEST_PART_BYTES = 5 * 1024 * 1024;

/** Aborts the uploads of listed objects that a crash left open: their parts cost money unseen. */
export async function abortUploads(
  store: Store,
  root: string,
  locations: readonly DatasetLocation[],
): Promise<void> {
  const mine = (key: string) => locations.some((location) => indexOfKey(location, root, key) >= 0);
  await abortBelow(store, root, mine);
  if (isAmazonBucket(store.address)) return;
  // MinIO lists the uploads of a whole key only: each object that may have had parts is asked for.
  const keys = locations.flatMap((location) => largeKeys(root, location));
  await inLanes(keys.length, LANES, async (i) => {
    const key = keys[i] ?? "";
    await abortBelow(store, key, (found) => found === key);
  });
}

function largeKeys(root: string, location: DatasetLocation): string[] {
  const keys: string[] = [];
  location.sizes.forEach((size, i) => {
    if (size > SMALLEST_PART_BYTES) keys.push(root + fileName(location, i));
  });
  return keys;
}

async function abortBelow(
  store: Store,
  prefix: string,
  mine: (key: string) => boolean,
): Promise<void> {
  const Bucket = store.address.bucket;
  let key: string | undefined;
  let upload: string | undefined;
  do {
    const page: ListMultipartUploadsCommandOutput = await ask(store, (client) =>
      client.send(
        new ListMultipartUploadsCommand({
          Bucket,
          Prefix: prefix,
          KeyMarker: key,
          UploadIdMarker: upload,
        }),
      ),
    );
    const uploads = (page.Uploads ?? []).filter(({ Key }) => mine(Key ?? ""));
    await inLanes(uploads.length, LANES, (i) => abortOne(store, uploads[i] ?? {}));
    key = page.IsTruncated === true ? page.NextKeyMarker : undefined;
    upload = page.NextUploadIdMarker;
  } while (key !== undefined);
}

async function abortOne(store: Store, { Key, UploadId }: MultipartUpload): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: store.address.bucket, Key, UploadId });
  await ask(store, async (client) => {
    try {
      await client.send(command);
    } catch (error) {
      if (failureCode(error) !== "NoSuchUpload") throw error;
    }
  });
}
