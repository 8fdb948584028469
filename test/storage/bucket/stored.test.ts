// @module-tag system
import { HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { copyName, fileName } from "../../../src/model/plan/dataset.ts";
import { PLAIN_OBJECTS, type StoredAs } from "../../../src/model/plan/object-options.ts";
import { openTarget } from "../../../src/storage/index.ts";
import { openBench, taskOf } from "../../engine/support.ts";
import { makeVersioned, useMinio } from "../../minio.ts";
import { filesPlan, openOptions, prepareOptions, rejection } from "../support.ts";
import { datasetPlan, lookInto, optionsOf, runOpener, specOf } from "./run.ts";

const bucket = await useMinio({ tls: true });
const versioned = bucket.available ? await makeVersioned(bucket) : "";
const onMinio = test.skipIf(!bucket.available);
const openRun = runOpener();
const FILES = filesPlan({ count: 3, size: { kind: "fixed", bytes: 6 * 1024 * 1024 } });

const ENCRYPTIONS: readonly StoredAs["encryption"][] = [
  { kind: "sse-s3" },
  { kind: "sse-kms", keyId: null },
  { kind: "sse-kms", keyId: "assay-test" },
  { kind: "sse-c" },
];

onMinio.each(ENCRYPTIONS)("writes and reads objects with encryption %j", async (one) => {
  const address = bucket.address();
  const session = await openRun(address, "r1", { datasets: [FILES] });
  const objects = { ...PLAIN_OBJECTS, encryption: one, checksum: "CRC32C" } as const;
  const dataset = await session.prepare(FILES, "present", prepareOptions({ objects }));
  const changes = { objects, depth: 2, partBytes: 5 * 1024 * 1024, blockBytes: 1024 * 1024 };
  const operations = ["fetch", "read", "stat", "copy", "upload", "download"] as const;
  const task = taskOf({ location: session.location, dataset }, operations, changes);
  const bench = await openBench("s3-sdk", task);
  const length = 6 * 1024 * 1024;
  const wanted = operations.map((operation) => ({ operation, file: 1, length }));
  const results = await bench.perform(wanted);
  expect(results.map((result) => (result < 0 ? bench.session.explain(result) : result))).toEqual([
    length,
    length,
    0,
    0,
    length,
    length,
  ]);
  await bench.session.close();
  const Key = `${address.prefix}assay-r1/${fileName(dataset, 1)}`;
  const head = new HeadObjectCommand({ Bucket: bucket.minio.bucket, Key });
  if (one.kind === "sse-c") {
    // Without the key, the server returns nothing.
    await expect(bucket.client.send(head)).rejects.toThrow();
  } else {
    const { ServerSideEncryption } = await bucket.client.send(head);
    expect(ServerSideEncryption).toBe(one.kind === "sse-s3" ? "AES256" : "aws:kms");
  }
  const report = await session.clean();
  expect(report.left).toEqual([]);
  expect(await lookInto(bucket).keys(address.prefix)).toEqual([]);
});

onMinio("writes objects again once if their storage parameters differ", async () => {
  const session = await openRun(bucket.address(), "r2");
  const written: number[] = [];
  const prepare = async (objects: StoredAs) => {
    let total = 0;
    const progress = (_done: number, all: number) => {
      total = all;
    };
    await session.prepare(datasetPlan(), "present", prepareOptions({ objects, progress }));
    written.push(total);
  };
  const hidden = { ...PLAIN_OBJECTS, encryption: { kind: "sse-c" } } as const;
  for (const objects of [PLAIN_OBJECTS, PLAIN_OBJECTS, hidden, hidden, PLAIN_OBJECTS]) {
    await prepare(objects);
  }
  const [all = 0] = written;
  expect(all).toBeGreaterThan(0);
  expect(written).toEqual([all, 0, all, 0, all]);
  session.changed("small", hidden);
  await prepare(hidden);
  expect(written.at(-1)).toBe(0);
  await session.clean();
});

onMinio("stores the storage parameters of kept data in its manifest", async () => {
  const address = bucket.address();
  const first = await openTarget(specOf(address), optionsOf("r3"));
  const objects = { ...PLAIN_OBJECTS, storageClass: "REDUCED_REDUNDANCY" } as const;
  await first.prepare(datasetPlan(), "present", prepareOptions({ objects }));
  await first.keep();
  await first.close();
  const second = await openRun(address, "r4", { reuse: true });
  let total = 0;
  const progress = (_done: number, all: number) => {
    total = all;
  };
  await second.prepare(datasetPlan(), "present", prepareOptions({ objects, progress }));
  expect(total).toBe(0);
});

onMinio("removes copies of objects before the next phase", async () => {
  const address = bucket.address();
  const session = await openRun(address, "r5");
  const location = await session.prepare(datasetPlan(), "present", prepareOptions());
  const looking = lookInto(bucket);
  const copy = `${address.prefix}assay-r5/${copyName(location, 3)}`;
  await looking.put(copy, "a copy");
  await session.prepare(datasetPlan(), "present", prepareOptions());
  expect(await looking.keys(copy)).toEqual([]);
  await looking.put(copy, "a copy");
  expect((await session.clean()).left).toEqual([]);
  expect(await looking.keys(address.prefix)).toEqual([]);
});

onMinio("writes the versions of each object and lists them oldest first", async () => {
  const plan = filesPlan({ count: 3, size: { kind: "fixed", bytes: 100 }, versions: 3 });
  const address = bucket.address({ bucket: versioned });
  const session = await openRun(address, "r6", { datasets: [plan] });
  const location = await session.prepare(plan, "present", prepareOptions());
  expect(location.versions?.each).toBe(3);
  const ids = location.versions?.ids ?? [];
  expect(new Set(ids).size).toBe(9);
  const Key = `${address.prefix}assay-r6/${fileName(location, 0)}`;
  const put = new PutObjectCommand({ Bucket: versioned, Key, Body: Buffer.alloc(100) });
  const { VersionId = "" } = await bucket.client.send(put);
  const again = await session.prepare(plan, "present", prepareOptions());
  expect(again.versions?.ids.slice(0, 3)).toEqual([ids[1], ids[2], VersionId]);
  expect((await session.clean()).left).toEqual([]);
});

onMinio("rejects a dataset with versions in a bucket without versioning", async () => {
  const plan = filesPlan({ versions: 2 });
  const opened = openTarget(specOf(bucket.address()), openOptions({ datasets: [plan] }));
  const { message } = await rejection(opened);
  expect(message).toContain(
    `dataset "files" has versions, but bucket "${bucket.minio.bucket}" at `,
  );
  expect(message).toMatch(/at https:.* does not keep versions \(versioning: none\)/);
});
