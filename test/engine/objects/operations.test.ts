// @module-tag system
import {
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { copyName, fileName } from "../../../src/model/plan/dataset.ts";
import { makeVersioned, useMinio } from "../../minio.ts";
import { type Driver, openDriver, S3_ENGINES, type SessionOptions } from "./session.ts";

const bucket = await useMinio();
const versioned = bucket.available ? await makeVersioned(bucket) : "";
const onMinio = test.skipIf(!bucket.available).each(S3_ENGINES);
const SIZES = [1000, 2000, 3000];

/** A session on objects that it has created itself. */
async function withObjects(
  options: Partial<SessionOptions> & { readonly Bucket?: string },
  work: (driver: Driver, root: string) => Promise<void>,
): Promise<void> {
  const { Bucket = bucket.minio.bucket, operations = [], ...rest } = options;
  const address = bucket.address({ bucket: Bucket });
  const driver = await openDriver(address, { sizes: SIZES, operations, ...rest });
  for (const [file, size] of SIZES.entries()) await driver.run("create", file, 0, size);
  try {
    await work(driver, `${address.prefix}run/`);
  } finally {
    await driver.session.close();
  }
}

const head = (Key: string, Bucket = bucket.minio.bucket) =>
  bucket.client.send(new HeadObjectCommand({ Bucket, Key }));

onMinio("%s: copy gives an object a second key with the same bytes", async (engine) => {
  await withObjects({ engine, operations: ["copy"] }, async (driver, root) => {
    expect(await driver.run("copy", 1)).toEqual({ result: 0, firstBytes: 0 });
    const { dataset } = driver.task;
    const source = await head(root + fileName(dataset, 1));
    const copied = await head(root + copyName(dataset, 1));
    expect([copied.ContentLength, copied.ETag]).toEqual([2000, source.ETag]);
  });
});

onMinio("%s: deleteObjects takes neighbours in one request and counts them", async (engine) => {
  await withObjects({ engine, operations: ["deleteObjects"] }, async (driver) => {
    expect((await driver.run("deleteObjects", 0, 0, 2)).result).toBe(0);
    expect(driver.session.counters()).toMatchObject({ attempts: 4, retries: 0, deletedObjects: 2 });
    expect(driver.code(await driver.run("stat", 1))).toBe("NotFound");
    expect((await driver.run("stat", 2)).result).toBe(0);
  });
});

onMinio("%s: tags are put on an object and read again", async (engine) => {
  await withObjects({ engine, operations: ["putTags", "getTags"] }, async (driver, root) => {
    expect((await driver.run("getTags", 0)).result).toBe(0);
    expect((await driver.run("putTags", 0)).result).toBe(0);
    const Key = root + fileName(driver.task.dataset, 0);
    const command = new GetObjectTaggingCommand({ Bucket: bucket.minio.bucket, Key });
    const { TagSet = [] } = await bucket.client.send(command);
    expect(TagSet).toHaveLength(4);
    expect(driver.code(await driver.run("getTags", 77))).toBe("NoSuchKey");
  });
});

onMinio(
  "%s: a condition that holds brings 304 or the object, one that fails is an error",
  async (engine) => {
    const dataset = { entityTags: ["", "", ""] };
    const operations = ["fetchIfMatch", "fetchIfNoneMatch"] as const;
    await withObjects({ engine, operations, dataset }, async (driver, root) => {
      for (const file of SIZES.keys()) {
        const { ETag = "" } = await head(root + fileName(driver.task.dataset, file));
        dataset.entityTags[file] = ETag;
      }
      expect(await driver.run("fetchIfNoneMatch", 0)).toEqual({ result: 0, firstBytes: 0 });
      expect(await driver.run("fetchIfMatch", 0, 0, 1000)).toEqual({ result: 1000, firstBytes: 1 });
      dataset.entityTags[0] = '"0123456789abcdef0123456789abcdef"';
      expect(driver.code(await driver.run("fetchIfNoneMatch", 0))).toBe("EMODIFIED");
      expect(driver.code(await driver.run("fetchIfMatch", 0, 0, 1000))).toBe("PreconditionFailed");
    });
  },
);

onMinio(
  "%s: versions are kept beside each other, fetched by their ids and listed",
  async (engine) => {
    const versions = { each: 2, ids: [] as string[] };
    const operations = ["createVersion", "fetchVersion", "listVersions"] as const;
    const options = { engine, operations, Bucket: versioned, dataset: { versions } };
    await withObjects(options, async (driver, root) => {
      expect((await driver.run("createVersion", 0, 0, 1000)).result).toBe(1000);
      const Key = root + fileName(driver.task.dataset, 0);
      const other = { Bucket: versioned, Key, Body: "shorter" };
      await bucket.client.send(new PutObjectCommand(other));
      const listing = new ListObjectVersionsCommand({ Bucket: versioned, Prefix: Key });
      const { Versions = [] } = await bucket.client.send(listing);
      expect(Versions.map(({ Size }) => Size)).toEqual([7, 1000, 1000]);
      versions.ids.push(Versions[1]?.VersionId ?? "", Versions[0]?.VersionId ?? "");
      expect((await driver.run("fetchVersion", 0, 0, 1000)).result).toBe(1000);
      expect((await driver.run("fetchVersion", 0, 1, 7)).result).toBe(7);
      expect(driver.code(await driver.run("fetchVersion", 1, 0, 2000))).toBe("EINVAL");
      await driver.run("listVersions", 0);
      expect(driver.session.counters()).toMatchObject({ listedEntries: 5, listedPages: 1 });
    });
  },
);

onMinio(
  "%s: a listing reads all pages, of one level where there is a delimiter",
  async (engine) => {
    const dataset = { filesPerDirectory: 2 };
    const listing = { prefix: "dataset", pageSize: 2 } as const;
    await withObjects({ engine, operations: ["list"], dataset, listing }, async (driver) => {
      await driver.run("list", 0);
      expect(driver.session.counters()).toMatchObject({ listedEntries: 3, listedPages: 2 });
    });
    const level = { prefix: "dataset", delimiter: true, pageSize: 1000 } as const;
    await withObjects({ engine, operations: ["list"], dataset, listing: level }, async (driver) => {
      await driver.run("list", 0);
      expect(driver.session.counters()).toMatchObject({ listedEntries: 2, listedPages: 1 });
    });
  },
);
