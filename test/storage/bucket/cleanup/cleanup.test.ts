// @module-tag system
import { CreateMultipartUploadCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { fileName } from "../../../../src/model/plan/dataset.ts";
import { cleanTarget, findLeftovers } from "../../../../src/storage/index.ts";
import { useMinio } from "../../../minio.ts";
import { listener } from "../../support.ts";
import { datasetPlan, lookInto, runOpener, STEADY, specOf } from "../run.ts";

const MIB = 1024 * 1024;
const bucket = await useMinio({ minio: true });
const look = lookInto(bucket);
const onMinio = test.skipIf(!bucket.available);
const openRun = runOpener();

onMinio("reuses kept data with matching manifest and sizes, and keeps it", async () => {
  const address = bucket.address();
  const keeper = await openRun(address, "keeper");
  const location = await keeper.prepare(datasetPlan(), "present", STEADY);
  await keeper.keep();
  await keeper.close();
  const root = `${address.prefix}assay-keeper/`;
  const user = await openRun(address, "user", { reuse: true });
  expect(user.location).toMatchObject({ root });
  expect(await look.keys(`${address.prefix}assay-user/`)).toEqual([]);
  expect((await user.clean()).left).toEqual([expect.stringMatching(/kept data of run keeper/)]);
  await user.close();
  expect((await look.keys(root)).length).toBe(21);

  await look.put(root + fileName(location, 5), "x".repeat(6000));
  const { warnings, onWarning } = listener();
  const next = await openRun(address, "next", { reuse: true, onWarning });
  expect(next.location).toMatchObject({ root: `${address.prefix}assay-next/` });
  expect(warnings).toEqual([expect.stringMatching(/cannot be reused: dataset "small"/)]);
  await next.clean();
  const [left] = await findLeftovers(specOf(address));
  expect(left).toMatchObject({ runId: "keeper", kept: true, live: false, problem: null });
  expect((await cleanTarget(specOf(address), "keeper")).left).toEqual([]);
  expect(await look.keys(address.prefix)).toEqual([]);
});

onMinio("cleans up objects and open uploads of a crashed run and no other data", async () => {
  const address = bucket.address();
  const large = datasetPlan({ name: "large", count: 1, size: { kind: "fixed", bytes: 6 * MIB } });
  const datasets = [datasetPlan(), large];
  const session = await openRun(address, "dead", { datasets });
  await session.prepare(datasetPlan(), "present", STEADY);
  await session.close();
  const key = `${address.prefix}assay-dead/large/000000000.bin`;
  const stranger = `${address.prefix}assay-notes`;
  await look.put(stranger, "mine");
  const foreign = `${address.prefix}assay-dead/large/other.bin`;
  for (const Key of [key, foreign]) {
    const upload = { Bucket: bucket.minio.bucket, Key };
    await bucket.client.send(new CreateMultipartUploadCommand(upload));
  }
  expect(await look.uploads(key)).toBe(1);
  const report = await cleanTarget(specOf(address), "dead");
  expect(report).toMatchObject({ removedFiles: 21, left: [] });
  expect(await look.uploads(key)).toBe(0);
  expect(await look.uploads(foreign)).toBe(1);
  expect(await look.keys(address.prefix)).toEqual([stranger]);
  expect(await cleanTarget(specOf(address), "dead")).toMatchObject({ removedFiles: 0, left: [] });
});

onMinio("removes nothing if the manifest cannot be read", async () => {
  const address = bucket.address();
  await look.put(`${address.prefix}assay-odd/manifest.json`, "{}");
  await expect(cleanTarget(specOf(address), "odd")).rejects.toThrow(/nothing was removed/);
  expect((await findLeftovers(specOf(address)))[0]?.problem).toMatch(/not an assay manifest/);
});

onMinio("removes all versions in a versioned bucket", async () => {
  const Bucket = bucket.minio.bucket;
  const versioning = (Status: "Enabled" | "Suspended") =>
    bucket.client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }),
    );
  await versioning("Enabled");
  try {
    const address = bucket.address();
    const session = await openRun(address, "r1");
    await session.prepare(datasetPlan(), "present", STEADY);
    await session.prepare(datasetPlan(), "absent", STEADY);
    // Twenty versions, as many delete markers, and the manifest.
    expect(await session.clean()).toMatchObject({ removedFiles: 41, left: [] });
  } finally {
    await versioning("Suspended");
  }
});
