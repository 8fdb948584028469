// @module-tag system
import { randomBytes } from "node:crypto";
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutObjectLockConfigurationCommand,
} from "@aws-sdk/client-s3";
import { afterEach, describe, expect, test } from "vitest";
import { openTarget, surveyTarget } from "../../../src/storage/index.ts";
import { setEnvironment } from "../../env.ts";
import { useMinio } from "../../minio.ts";
import { denied, useKeys } from "../faulty-run.ts";
import { startFaultyStore } from "./faulty-store.ts";
import { assumeRole } from "./minio-role.ts";
import { datasetPlan, optionsOf, STEADY, specOf } from "./run.ts";

const bucket = await useMinio({ minio: true });
const onMinio = test.skipIf(!bucket.available);
const restore: (() => void)[] = [];
afterEach(() => {
  for (const again of restore.splice(0)) again();
});

/** These credentials may not read the lock configuration. */
const UNASKED = "s3:GetBucketObjectLockConfiguration";

describe("without the permission to read the lock configuration", () => {
  onMinio.each([true, false])("default retention: %s", async (locks) => {
    const Bucket = `unasked-${randomBytes(4).toString("hex")}`;
    await bucket.client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    if (locks) {
      const Rule = { DefaultRetention: { Mode: "COMPLIANCE", Days: 1 } } as const;
      const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule } as const;
      const lock = { Bucket, ObjectLockConfiguration };
      await bucket.client.send(new PutObjectLockConfigurationCommand(lock));
    }
    const versions = async () =>
      (await bucket.client.send(new ListObjectVersionsCommand({ Bucket }))).Versions ?? [];
    const spec = specOf({ ...bucket.address(), bucket: Bucket });
    const { endpoint, environment } = bucket.minio;
    const before = setEnvironment(await assumeRole(endpoint, environment, [UNASKED]));
    restore.push(() => setEnvironment(before));

    const said: string[] = [];
    await surveyTarget(spec, { onWarning: (sentence) => said.push(sentence) });
    expect(said.join()).toMatch(/it is unknown whether .*need s3:GetBucketObjectLock/);
    expect(await versions()).toEqual([]);
    const opened = openTarget(spec, optionsOf("r1"));
    if (locks) {
      await expect(opened).rejects.toThrow(
        /assay-r1\/manifest\.json was written but could not be removed.*use another bucket/,
      );
      // The smallest test: one version of one object.
      expect(await versions()).toHaveLength(1);
      return;
    }
    const session = await opened;
    await session.prepare(datasetPlan(), "present", STEADY);
    expect((await session.clean()).left).toEqual([]);
    await session.close();
    expect(await versions()).toEqual([]);
  });

  test.each([
    ["GET ?versioning", false],
    ["GET ?versioning", true],
    ["GET ?object-lock", true],
  ])("a bucket without locks can be used without %s, versions: %s", async (what, versioned) => {
    useKeys();
    await using store = await startFaultyStore(versioned);
    const refuse = [denied(what), denied("GET ?object-lock")];
    store.fault = (asked) =>
      refuse.map((fault) => fault(asked)).find((one) => one !== null) ?? null;
    const session = await openTarget(specOf(store.address), optionsOf("r1"));
    expect([...store.objects.keys()]).toEqual(["assay-r1/manifest.json"]);
    await session.clean();
    await session.close();
    expect(store.objects.size).toBe(0);
  });
});
