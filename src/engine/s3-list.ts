import {
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { ListingPlan } from "../model/plan.ts";
import { TransferError } from "./s3-errors.ts";

/** What a listing came to. */
export interface Listed {
  /** Keys, versions, delete markers, and prefixes that stand for what is below them. */
  readonly entries: number;
  readonly pages: number;
}

/** Counts what lies below a prefix, a page a request; no page is kept. */
export async function listAll(
  client: S3Client,
  bucket: string,
  prefix: string,
  listing: ListingPlan,
): Promise<Listed> {
  let entries = 0;
  let pages = 0;
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...pagingOf(listing),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    entries += page.KeyCount ?? 0;
    pages++;
    const next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    if (next !== undefined && next === token) throw repeats();
    token = next;
  } while (token !== undefined);
  return { entries, pages };
}

/** A store that names the same page again would be asked for ever. */
export function repeats(): TransferError {
  return new TransferError("ELOOP", "the listing names a next page that was there already");
}

/** Where a page of versions begins; empty for the first one. */
interface VersionMarker {
  readonly KeyMarker?: string;
  readonly VersionIdMarker?: string;
}

/** The same with every version of an object. */
export async function listAllVersions(
  client: S3Client,
  bucket: string,
  prefix: string,
  listing: ListingPlan,
): Promise<Listed> {
  let entries = 0;
  let pages = 0;
  let marker: VersionMarker | null = {};
  while (marker !== null) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        ...pagingOf(listing),
        ...marker,
      }),
    );
    for (const part of [page.Versions, page.DeleteMarkers, page.CommonPrefixes]) {
      entries += part?.length ?? 0;
    }
    pages++;
    const before: VersionMarker = marker;
    marker = null;
    if (page.IsTruncated === true && page.NextKeyMarker !== undefined) {
      const { NextKeyMarker: key, NextVersionIdMarker: version } = page;
      if (before.KeyMarker === key && before.VersionIdMarker === version) throw repeats();
      marker = { KeyMarker: key, ...(version === undefined ? {} : { VersionIdMarker: version }) };
    }
  }
  return { entries, pages };
}

function pagingOf({ pageSize, delimiter }: ListingPlan) {
  return { MaxKeys: pageSize, ...(delimiter ? { Delimiter: "/" } : {}) };
}
