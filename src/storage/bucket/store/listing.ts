import {
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
} from "@aws-sdk/client-s3";
import { PreflightError } from "../../../model/fault/errors.ts";
import { ContractError } from "../../../s3/contract/contract.ts";
import { bucketLabel, endpointAdvice } from "../../../s3/failure/failure.ts";
import { type EntryKind, PageCheck } from "../../../s3/pages.ts";
import { request, type Store } from "./store.ts";

/** An object in a listing; `versionId` is set in listings of versions. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly versionId?: string;
  readonly entityTag?: string;
  /** True for a delete marker. */
  readonly deleted?: boolean;
}

/** An open multipart upload. */
export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
}

/** Position of the next page of a listing; empty for the first page. */
interface Marker {
  readonly key?: string;
  readonly id?: string;
}

/** A key, and the id of its version or upload; null if the entry has only a key. */
type Named = readonly [key: string, id: string | null];

/** One page of a listing: its entries and the position of the next page. */
interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly keys: Readonly<Partial<Record<EntryKind, readonly Named[]>>>;
  readonly truncated: boolean | undefined;
  readonly next: Marker;
}

/**
 * Yields the pages of a listing. All listings of preparation and cleanup use it, so that they end
 * regardless of the server's responses.
 *
 * @throws PreflightError if a listing violates S3's definition
 */
async function* pagesOf<Entry>(
  store: Store,
  prefix: string,
  fetch: (marker: Marker) => Promise<Page<Entry>>,
): AsyncGenerator<readonly Entry[]> {
  const check = new PageCheck({ prefix, ordered: !store.express });
  let marker: Marker = {};
  for (;;) {
    const page = await fetch(marker);
    let hasMore: boolean;
    try {
      for (const kind of ["object", "prefix", "version", "marker"] as const) {
        for (const [key, id] of page.keys[kind] ?? []) check.entry(key, kind, id);
      }
      const { key, id } = page.next;
      hasMore = check.page(page.truncated, key === undefined ? null : `${key}\0${id ?? ""}`);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      throw new PreflightError(
        `${bucketLabel(store.address)} returned an invalid listing of ${prefix}: ` +
          `${error.message}; assay cannot work with this server; ${endpointAdvice(store.address)}`,
      );
    }
    yield page.entries;
    if (!hasMore) return;
    marker = page.next;
  }
}

/** Lists the objects below a prefix, page by page. */
export function listObjects(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly StoredObject[]> {
  const listed = { Bucket: store.address.bucket, Prefix: prefix };
  return pagesOf(store, prefix, async ({ key: ContinuationToken }) => {
    const page = await request(
      store,
      new ListObjectsV2Command({ ...listed, ContinuationToken }),
      signal,
    );
    const entries = (page.Contents ?? []).map(({ Key, Size, ETag }) => ({
      key: Key ?? "",
      sizeBytes: checkedSize(store, Key, Size),
      ...(ETag === undefined ? {} : { entityTag: ETag }),
    }));
    return {
      entries,
      keys: { object: entries.map(({ key }) => [key, null]) },
      truncated: page.IsTruncated,
      next: markerOf(page.NextContinuationToken),
    };
  });
}

/** Lists every version and delete marker below a prefix, page by page. */
export function listVersions(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly StoredObject[]> {
  const listed = { Bucket: store.address.bucket, Prefix: prefix };
  return pagesOf(store, prefix, async ({ key: KeyMarker, id: VersionIdMarker }) => {
    const command = new ListObjectVersionsCommand({ ...listed, KeyMarker, VersionIdMarker });
    const page = await request(store, command, signal);
    const versions = (page.Versions ?? []).map(({ Key, Size, VersionId, ETag }) => ({
      key: Key ?? "",
      sizeBytes: checkedSize(store, Key, Size),
      ...(VersionId === undefined ? {} : { versionId: VersionId }),
      entityTag: ETag ?? "",
    }));
    const markers = (page.DeleteMarkers ?? []).map(({ Key, VersionId }) => ({
      key: Key ?? "",
      sizeBytes: 0,
      ...(VersionId === undefined ? {} : { versionId: VersionId }),
      deleted: true,
    }));
    return {
      entries: [...versions, ...markers],
      keys: {
        version: versions.map(({ key, versionId }) => [key, versionId ?? ""]),
        marker: markers.map(({ key, versionId }) => [key, versionId ?? ""]),
      },
      truncated: page.IsTruncated,
      next: markerOf(page.NextKeyMarker, page.NextVersionIdMarker),
    };
  });
}

/** Lists the common prefixes directly below a prefix, which end with a slash. */
export function listFolders(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly string[]> {
  const listed = { Bucket: store.address.bucket, Prefix: prefix, Delimiter: "/" };
  return pagesOf(store, prefix, async ({ key: ContinuationToken }) => {
    const page = await request(
      store,
      new ListObjectsV2Command({ ...listed, ContinuationToken }),
      signal,
    );
    const entries = (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? "");
    for (const { Key, Size } of page.Contents ?? []) checkedSize(store, Key, Size);
    return {
      entries,
      keys: {
        prefix: entries.map((folder) => [folder, null]),
        object: (page.Contents ?? []).map(({ Key }) => [Key ?? "", null]),
      },
      truncated: page.IsTruncated,
      next: markerOf(page.NextContinuationToken),
    };
  });
}

/** Lists the open multipart uploads below a prefix, page by page. */
export function listUploads(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly OpenUpload[]> {
  const listed = { Bucket: store.address.bucket, Prefix: prefix };
  return pagesOf(store, prefix, async ({ key: KeyMarker, id: UploadIdMarker }) => {
    const command = new ListMultipartUploadsCommand({ ...listed, KeyMarker, UploadIdMarker });
    const page = await request(store, command, signal);
    const entries = (page.Uploads ?? []).map(({ Key, UploadId }) => ({
      key: Key ?? "",
      uploadId: UploadId ?? "",
    }));
    return {
      entries,
      // One key can have several open uploads, as it can have several versions.
      keys: { version: entries.map(({ key, uploadId }) => [key, uploadId]) },
      truncated: page.IsTruncated,
      next: markerOf(page.NextKeyMarker, page.NextUploadIdMarker),
    };
  });
}

function markerOf(key: string | undefined, id?: string | undefined): Marker {
  if (key === undefined || key === "") return {};
  return id === undefined || id === "" ? { key } : { key, id };
}

function checkedSize(store: Store, key: string | undefined, size: number | undefined): number {
  const bytes = size ?? 0;
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  throw new PreflightError(
    `${bucketLabel(store.address)} lists ${key} with a size of ${bytes} bytes; expected 0 or ` +
      `more; ${endpointAdvice(store.address)}`,
  );
}
