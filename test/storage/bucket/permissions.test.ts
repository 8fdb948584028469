// @module-tag system
import { randomBytes } from "node:crypto";
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
} from "@aws-sdk/client-s3";
import { afterEach, expect, test } from "vitest";
import { cleanTarget, openTarget } from "../../../src/storage/index.ts";
import { setEnvironment } from "../../env.ts";
import { useMinio } from "../../minio.ts";
import { assumeRole } from "./minio-role.ts";
import { datasetPlan, lookInto, optionsOf, runOpener, STEADY, specOf } from "./run.ts";

const bucket = await useMinio({ minio: true });
const look = lookInto(bucket);
const onMinio = test.skipIf(!bucket.available);
const openRun = runOpener();
const restore: (() => void)[] = [];
afterEach(() => {
  for (const again of restore.splice(0)) again();
});

/** Removes permissions from the following requests of this test. */
async function without(...denied: readonly string[]): Promise<void> {
  const { endpoint, environment } = bucket.minio;
  const before = setEnvironment(await assumeRole(endpoint, environment, denied));
  restore.push(() => setEnvironment(before));
}

onMinio("rejects a bucket with a default retention and writes nothing", async () => {
  const Bucket = `locked-${randomBytes(4).toString("hex")}`;
  await bucket.client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  const address = { ...bucket.address(), bucket: Bucket };
  // Without a default retention, no object is locked.
  const free = await openRun(address, "free");
  expect((await free.clean()).left).toEqual([]);
  for (const Mode of ["GOVERNANCE", "COMPLIANCE"] as const) {
    await bucket.client.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode, Days: 1 } },
        },
      }),
    );
    await expect(openTarget(specOf(address), optionsOf("r1"))).rejects.toThrow(
      new RegExp(`locks each object for 1 day \\(Object Lock, ${Mode}\\).*nothing was written`),
    );
  }
  expect(await look.keys(address.prefix)).toEqual([]);
});

onMinio.each([
  [
    "s3:ListBucketMultipartUploads",
    /multipart uploads .* could not be listed.*s3:ListBucketMultipartUploads/,
  ],
  ["s3:GetBucketVersioning", /^$/],
])("cleans up everything without %s", async (permission, says) => {
  const address = bucket.address();
  const session = await openRun(address, "r1");
  await session.prepare(datasetPlan(), "present", STEADY);
  await session.close();
  await without(permission);
  const report = await cleanTarget(specOf(address), "r1");
  expect(report).toMatchObject({ removedFiles: 21, left: [], leftFiles: 0 });
  expect((report.notes ?? []).join()).toMatch(says);
  expect(await look.keys(address.prefix)).toEqual([]);
});

onMinio("names a missing s3:DeleteObject before the first byte and at cleanup", async () => {
  const address = bucket.address();
  const session = await openRun(address, "r1");
  await session.prepare(datasetPlan(), "present", STEADY);
  await session.close();
  await without("s3:DeleteObject");
  const report = await cleanTarget(specOf(address), "r1");
  expect(report).toMatchObject({ removedFiles: 0, leftFiles: 20, incomplete: true });
  expect(report.left.join()).toMatch(/and 19 more could not be removed: .*need s3:DeleteObject$/);
  await expect(openTarget(specOf(address), optionsOf("r2"))).rejects.toThrow(
    /need s3:DeleteObject on it; the run's data could not be removed; nothing was written/,
  );
  expect(await look.keys(`${address.prefix}assay-r2/`)).toEqual([]);
});

onMinio.each([
  ["s3:ListBucket", /need s3:ListBucket on it/],
  ["s3:PutObject", /need s3:PutObject on it/],
])("reports the missing permission %s", async (permission, says) => {
  const address = bucket.address();
  await without(permission);
  await expect(openTarget(specOf(address), optionsOf("r1"))).rejects.toThrow(says);
});

onMinio("leaves no version without s3:GetBucketVersioning", async () => {
  const Bucket = `versions-${randomBytes(4).toString("hex")}`;
  await bucket.client.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await bucket.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const address = { ...bucket.address(), bucket: Bucket };
  const session = await openRun(address, "r1");
  await session.prepare(datasetPlan(), "present", STEADY);
  await session.prepare(datasetPlan(), "absent", STEADY);
  await session.close();
  await without("s3:GetBucketVersioning");
  const report = await cleanTarget(specOf(address), "r1");
  // Twenty versions, as many markers, and two versions of the manifest.
  expect(report).toMatchObject({ removedFiles: 42, left: [] });
});
