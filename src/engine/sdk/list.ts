import {
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { ListingPlan } from "../../model/plan/plan.ts";
import type { Listing } from "../objects/listing.ts";

/** Requests all pages below a prefix and counts their entries; keeps no page. */
export async function listAll(
  client: S3Client,
  Bucket: string,
  listing: Listing,
  plan: ListingPlan,
): Promise<void> {
  const asked = { Bucket, Prefix: listing.prefix, ...pagingOf(plan) };
  for (let token: string | null | undefined = null; token !== undefined; ) {
    const next = token === null ? {} : { ContinuationToken: token };
    const command = new ListObjectsV2Command({ ...asked, ...next });
    const page: ListObjectsV2CommandOutput = await client.send(command);
    for (const { Key } of page.Contents ?? []) listing.entry(Key ?? "", "object");
    for (const { Prefix } of page.CommonPrefixes ?? []) listing.entry(Prefix ?? "", "prefix");
    const { IsTruncated, NextContinuationToken } = page;
    token = listing.page(IsTruncated, NextContinuationToken ?? null)
      ? NextContinuationToken
      : undefined;
  }
}

/** Start of a page of versions; empty for the first one. */
interface VersionMarker {
  readonly KeyMarker?: string;
  readonly VersionIdMarker?: string;
}

/** Same as `listObjects`, with every version of an object. */
export async function listAllVersions(
  client: S3Client,
  Bucket: string,
  listing: Listing,
  plan: ListingPlan,
): Promise<void> {
  const asked = { Bucket, Prefix: listing.prefix, ...pagingOf(plan) };
  for (let marker: VersionMarker | null = {}; marker !== null; ) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ ...asked, ...marker }),
    );
    for (const { Key } of page.Versions ?? []) listing.entry(Key ?? "", "version");
    for (const { Key } of page.DeleteMarkers ?? []) listing.entry(Key ?? "", "marker");
    for (const { Prefix } of page.CommonPrefixes ?? []) listing.entry(Prefix ?? "", "prefix");
    const { IsTruncated, NextKeyMarker: key = "", NextVersionIdMarker: version } = page;
    const more = listing.page(IsTruncated, key === "" ? null : `${key}\0${version ?? ""}`);
    const from = version === undefined ? {} : { VersionIdMarker: version };
    marker = more ? { KeyMarker: key, ...from } : null;
  }
}

function pagingOf({ pageSize, delimiter }: ListingPlan) {
  return { MaxKeys: pageSize, ...(delimiter ? { Delimiter: "/" } : {}) };
}
