import {
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { BucketAddress, TargetSpec } from "../model/target.ts";
import { makeClient } from "../s3/client.ts";
import { failureCode } from "../s3/failure.ts";
import { diagnosedFailure } from "../s3/not-s3.ts";
import { RequestLedger } from "./bucket-usage.ts";

/** Requests in flight at once while data is written, listed or removed. */
export const LANES = 8;
/** Attempts the SDK may add: what prepares and cleans up is not measured. */
const RETRIES = 3;
/** Most keys of one DeleteObjects request, by S3's definition. */
const DELETE_BATCH = 1000;

/** A bucket and the client that reaches it. */
export interface Store {
  readonly client: S3Client;
  readonly address: BucketAddress;
  readonly ledger: RequestLedger;
  /** A directory bucket lists only prefixes that end with a slash. */
  readonly express: boolean;
}

/** An object as a listing names it; `versionId` where versions were asked for. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly versionId?: string;
  readonly entityTag?: string;
  /** It is no object but the mark of a deletion, which stands for the newest version. */
  readonly deleted?: boolean;
}

export function openStore(spec: TargetSpec): Store {
  if (spec.address.kind !== "bucket") throw new Error(`target ${spec.name} is no bucket`);
  const client = makeClient(spec.address, { connections: 2 * LANES, retries: RETRIES });
  const express = spec.kind === "s3-express";
  const ledger = new RequestLedger(express ? "EXPRESS_ONEZONE" : "STANDARD");
  ledger.attach(client);
  return { client, address: spec.address, ledger, express };
}

/** Sends a request; a failure becomes the one sentence the user gets. */
export async function ask<T>(
  store: Store,
  request: (client: S3Client) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await request(store.client);
  } catch (error) {
    signal?.throwIfAborted();
    throw await diagnosedFailure(error, store.address);
  }
}

/** The objects below a prefix, a page at a time. */
export async function* listObjects(
  store: Store,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly StoredObject[]> {
  let token: string | undefined;
  do {
    const page = await ask(
      store,
      (client) =>
        client.send(
          new ListObjectsV2Command({
            Bucket: store.address.bucket,
            Prefix: prefix,
            ContinuationToken: token,
          }),
          signal === undefined ? {} : { abortSignal: signal },
        ),
      signal,
    );
    yield (page.Contents ?? []).map(({ Key, Size, ETag }) => ({
      key: Key ?? "",
      sizeBytes: Size ?? 0,
      ...(ETag === undefined ? {} : { entityTag: ETag }),
    }));
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/** Every version and delete marker below a prefix: what a plain DELETE leaves behind. */
export async function* listVersions(
  store: Store,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly StoredObject[]> {
  let key: string | undefined;
  let version: string | undefined;
  do {
    const page = await ask(store, (client) =>
      client.send(
        new ListObjectVersionsCommand({
          Bucket: store.address.bucket,
          Prefix: prefix,
          KeyMarker: key,
          VersionIdMarker: version,
        }),
      ),
    );
    signal?.throwIfAborted();
    const markers = (page.DeleteMarkers ?? []).map((marker) => ({ ...marker, deleted: true }));
    yield [...(page.Versions ?? []), ...markers].map(({ Key, VersionId, ...entry }) => ({
      key: Key ?? "",
      sizeBytes: "Size" in entry ? (entry.Size ?? 0) : 0,
      ...(VersionId === undefined ? {} : { versionId: VersionId }),
      ...("deleted" in entry ? { deleted: true } : { entityTag: entry.ETag ?? "" }),
    }));
    key = page.NextKeyMarker;
    version = page.NextVersionIdMarker;
  } while (key !== undefined);
}

/** Whether the bucket keeps old versions; where that may not be asked, it counts as none. */
export async function versioningOf(store: Store): Promise<"Enabled" | "Suspended" | "none"> {
  try {
    const command = new GetBucketVersioningCommand({ Bucket: store.address.bucket });
    return (await store.client.send(command)).Status ?? "none";
  } catch {
    return "none";
  }
}

/** Names directly below a prefix that are followed by a slash. */
export async function listFolders(store: Store, prefix: string): Promise<readonly string[]> {
  const folders: string[] = [];
  let token: string | undefined;
  do {
    const page = await ask(store, (client) =>
      client.send(
        new ListObjectsV2Command({
          Bucket: store.address.bucket,
          Prefix: prefix,
          Delimiter: "/",
          ContinuationToken: token,
        }),
      ),
    );
    for (const { Prefix } of page.CommonPrefixes ?? []) folders.push(Prefix ?? "");
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return folders;
}

/** Removes objects; returns those that stay, each with the store's reason. */
export async function removeObjects(
  store: Store,
  objects: readonly StoredObject[],
  signal?: AbortSignal,
): Promise<readonly { readonly key: string; readonly reason: string }[]> {
  const stay: { key: string; reason: string }[] = [];
  for (let i = 0; i < objects.length; i += DELETE_BATCH) {
    const batch = objects.slice(i, i + DELETE_BATCH);
    const Objects = batch.map(({ key, versionId }) => ({ Key: key, VersionId: versionId }));
    const command = new DeleteObjectsCommand({
      Bucket: store.address.bucket,
      Delete: { Objects, Quiet: true },
    });
    const answer = await ask(
      store,
      (client) => client.send(command, signal === undefined ? {} : { abortSignal: signal }),
      signal,
    );
    for (const { Key, Code, Message } of answer.Errors ?? []) {
      stay.push({ key: Key ?? "", reason: Message ?? Code ?? "refused" });
    }
  }
  return stay;
}

/** A small text object and when the store last saw it written; null where there is none. */
export async function readText(
  store: Store,
  key: string,
): Promise<{ readonly text: string; readonly writtenMs: number } | null> {
  try {
    const command = new GetObjectCommand({ Bucket: store.address.bucket, Key: key });
    const answer = await store.client.send(command);
    const text = (await answer.Body?.transformToString()) ?? "";
    return { text, writtenMs: answer.LastModified?.getTime() ?? 0 };
  } catch (error) {
    if (failureCode(error) === "NoSuchKey") return null;
    throw await diagnosedFailure(error, store.address);
  }
}

/** Writes a small text object; with `onlyNew`, false where there is one already. */
export async function writeText(
  store: Store,
  key: string,
  text: string,
  onlyNew: boolean,
): Promise<boolean> {
  const put = { Bucket: store.address.bucket, Key: key, Body: text };
  try {
    const condition = onlyNew ? { IfNoneMatch: "*" } : {};
    await store.client.send(new PutObjectCommand({ ...put, ...condition }));
    return true;
  } catch (error) {
    const code = failureCode(error);
    if (onlyNew && code === "PreconditionFailed") return false;
    // Some stores have no conditional writes; there the caller's listing must do.
    if (!onlyNew || code !== "NotImplemented") throw await diagnosedFailure(error, store.address);
  }
  return writeText(store, key, text, false);
}
