import { setTimeout as sleep } from "node:timers/promises";
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { RestorePlan } from "../../model/plan/plan.ts";
import { failureCode, statusOf } from "../../s3/failure/failure.ts";
import type { ObjectParameters } from "../../s3/object-parameters.ts";
import { TransferError, undeleted } from "../objects/errors.ts";
import { copySourceOf, maxLooks, notRestored, OBJECT_TAGS } from "../objects/steps.ts";
import { drain } from "./body.ts";
import type { ObjectName } from "./get.ts";

const NOT_MODIFIED = 304;

const TAGS = OBJECT_TAGS.names.map((Key) => ({ Key, Value: OBJECT_TAGS.value }));

/** Copies an object to another key of its bucket; no data leaves the server. */
export async function copyObject(
  client: S3Client,
  { Bucket, Key }: ObjectName,
  to: string,
  parameters: ObjectParameters,
): Promise<void> {
  const CopySource = `${copySourceOf(Bucket)}/${Key.split("/").map(encodeURIComponent).join("/")}`;
  const { put, copySource } = parameters;
  await client.send(new CopyObjectCommand({ Bucket, Key: to, CopySource, ...put, ...copySource }));
}

/**
 * Deletes objects in one request. The response lists objects that were not deleted; the first one
 * is the failure.
 */
export async function deleteObjects(
  client: S3Client,
  bucket: string,
  keys: readonly string[],
): Promise<void> {
  const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
  const answer = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
  const problem = undeleted(answer.Errors ?? []);
  if (problem !== null) throw problem;
}

export async function putTags(client: S3Client, object: ObjectName): Promise<void> {
  await client.send(new PutObjectTaggingCommand({ ...object, Tagging: { TagSet: TAGS } }));
}

export async function getTags(client: S3Client, object: ObjectName): Promise<void> {
  await client.send(new GetObjectTaggingCommand(object));
}

/** Conditional GET of an unchanged object: expects 304 without a body. */
export async function getIfChanged(
  client: S3Client,
  object: ObjectName,
  tag: string,
): Promise<void> {
  try {
    const answer = await client.send(new GetObjectCommand({ ...object, IfNoneMatch: tag }));
    await drain(answer.Body, answer.ContentLength ?? 0, () => {});
  } catch (error) {
    if (statusOf(error) === NOT_MODIFIED) return;
    throw error;
  }
  throw new TransferError("EMODIFIED", `the object no longer has the entity tag ${tag}`);
}

/**
 * Restores an archived object and waits until it is readable.
 *
 * @returns the number of checks
 */
export async function restoreObject(
  client: S3Client,
  object: ObjectName,
  plan: RestorePlan,
  signal: AbortSignal,
): Promise<number> {
  const RestoreRequest = { Days: plan.days, GlacierJobParameters: { Tier: plan.tier } };
  try {
    await client.send(new RestoreObjectCommand({ ...object, RestoreRequest }));
  } catch (error) {
    if (failureCode(error) !== "RestoreAlreadyInProgress") throw error;
  }
  for (let look = 1; look <= maxLooks(plan); look++) {
    await sleep(plan.pollNs / 1e6, undefined, { signal });
    const { Restore } = await client.send(new HeadObjectCommand(object));
    if (Restore?.includes('ongoing-request="false"') === true) return look;
  }
  throw notRestored(plan);
}
