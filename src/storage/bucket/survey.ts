import { PutObjectCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import type { TargetSpec } from "../../model/target/target.ts";
import type { SurveyOptions } from "../target/target.ts";
import { checkVersioning, findOtherRuns } from "./claim.ts";
import { checkDeletable, checkRemovable, denialOf, versioningOf } from "./store/removable.ts";
import { openStore, requestError, type Store } from "./store/store.ts";

/** Id of an upload that does not exist, so that no server stores a part of it. */
const NO_UPLOAD = "assay-no-such-upload";
/** Key that no run writes. */
const NO_RUN = "assay-check/manifest.json";

/**
 * Checks whether a plan can run in a bucket; see `surveyTarget`. Makes the checks of `openBucket`
 * in the same order, but writes nothing.
 */
export async function surveyBucket(spec: TargetSpec, options: SurveyOptions): Promise<void> {
  const { plan, signal } = options;
  const store = openStore(spec);
  const key = store.address.prefix + NO_RUN;
  try {
    const versioning = await versioningOf(store, signal);
    checkVersioning(store, versioning, plan?.datasets ?? []);
    const lockUnknown = await checkRemovable(store, versioning, signal);
    if (lockUnknown !== null) {
      options.onWarning?.(
        `it is unknown whether the bucket locks its objects: ${lockUnknown}; a run tests it with ` +
          "one object before it writes data",
      );
    }
    await checkDeletable(store, versioning, key, signal);
    await checkWritable(store, key, signal);
    await findOtherRuns(store, options.joined ?? "", signal);
  } finally {
    store.client.destroy();
  }
}

/**
 * Checks the permission to write without writing: servers check it before they search the upload.
 * The run itself meets any other error.
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
  if (denial !== null) throw await requestError(store, new PutObjectCommand(named), denial, signal);
}
