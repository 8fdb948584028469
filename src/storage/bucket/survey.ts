import { PutObjectCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import type { TargetSpec } from "../../model/target/target.ts";
import type { SurveyOptions } from "../target/target.ts";
import { checkVersioning, findOthers } from "./claim.ts";
import { checkDeletable, checkRemovable, denialOf, versioningOf } from "./store/removable.ts";
import { openStore, refusalOf, type Store } from "./store/store.ts";

/** An upload that does not exist: a part of it is refused by every store, and stored by none. */
const NO_UPLOAD = "assay-no-such-upload";
/** A key below which no run writes. */
const NO_RUN = "assay-check/manifest.json";

/**
 * Whether a run of a plan can work in a bucket; see `surveyTarget`. These are the questions that
 * `openBucket` asks, in its order, except that nothing is written.
 */
export async function surveyBucket(spec: TargetSpec, options: SurveyOptions): Promise<void> {
  const { plan, signal } = options;
  const store = openStore(spec);
  const key = store.address.prefix + NO_RUN;
  try {
    const versioning = await versioningOf(store, signal);
    checkVersioning(store, versioning, plan?.datasets ?? []);
    const unasked = await checkRemovable(store, versioning, signal);
    if (unasked !== null) {
      options.onWarning?.(`only a run finds out whether the bucket locks its objects: ${unasked}`);
    }
    await checkDeletable(store, versioning, key, signal);
    await checkWritable(store, key, signal);
    await findOthers(store, "", signal);
  } finally {
    store.client.destroy();
  }
}

/**
 * Asks for the permission to write without writing: stores look at it before they look for the
 * upload. Whatever else they answer is met by the run itself.
 */
async function checkWritable(
  store: Store,
  Key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const named = { Bucket: store.address.bucket, Key };
  const part = { ...named, UploadId: NO_UPLOAD, PartNumber: 1, Body: "" };
  const command = new UploadPartCommand(part);
  const denial = await denialOf(store, command, signal);
  if (denial !== null) throw await refusalOf(store, new PutObjectCommand(named), denial, signal);
}
