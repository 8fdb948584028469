// @module-tag system
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
} from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { fileName } from "../../../src/model/plan/dataset.ts";
import { useMinio } from "../../minio.ts";
import { type Driver, openDriver, S3_ENGINES, type SessionOptions } from "./session.ts";

const MIB = 1024 * 1024;
const bucket = await useMinio();
const onMinio = test.skipIf(!bucket.available).each(S3_ENGINES);

async function withDriver(
  options: SessionOptions,
  work: (driver: Driver, key: (file: number) => string) => Promise<void>,
): Promise<void> {
  const address = bucket.address();
  const driver = await openDriver(address, options);
  const key = (file: number) => `${address.prefix}run/${fileName(driver.task.dataset, file)}`;
  try {
    await work(driver, key);
  } finally {
    await driver.session.close();
  }
}

async function stored(key: string): Promise<Uint8Array> {
  const answer = await bucket.client.send(
    new GetObjectCommand({ Bucket: bucket.minio.bucket, Key: key }),
  );
  return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
}

/** MinIO lists the uploads of an object, not those below a prefix. */
async function pendingUploads(key: string): Promise<number> {
  const answer = await bucket.client.send(
    new ListMultipartUploadsCommand({ Bucket: bucket.minio.bucket, Prefix: key }),
  );
  return answer.Uploads?.length ?? 0;
}

onMinio("%s creates, examines, reads, fetches and deletes an object", async (engine) => {
  const operations = ["create", "stat", "read", "fetch", "delete"] as const;
  await withDriver({ engine, sizes: [10_000], operations }, async (driver, key) => {
    expect(await driver.run("create", 0, 0, 10_000)).toEqual({ result: 10_000, firstBytes: 0 });
    const payload = driver.task.buffers.views[0]?.subarray(0, 10_000);
    expect(Buffer.from(await stored(key(0))).equals(payload ?? Buffer.alloc(0))).toBe(true);
    expect(await driver.run("stat", 0)).toEqual({ result: 0, firstBytes: 0 });
    expect(await driver.run("read", 0, 4096, 4096)).toEqual({ result: 4096, firstBytes: 1 });
    expect(await driver.run("fetch", 0, 0, 10_000)).toEqual({ result: 10_000, firstBytes: 1 });
    expect(await driver.run("delete", 0)).toEqual({ result: 0, firstBytes: 0 });
    expect(driver.code(await driver.run("stat", 0))).toBe("NotFound");
    expect(driver.code(await driver.run("fetch", 0, 0, 10_000))).toBe("NoSuchKey");
    expect(driver.session.counters()).toMatchObject({ attempts: 7, retries: 0 });
  });
});

onMinio("%s creates an object larger than a slot's payload from repeats of it", async (engine) => {
  const options = {
    engine,
    sizes: [150_000],
    operations: ["create"],
    bufferBytes: 64 * 1024,
  } as const;
  await withDriver(options, async (driver, key) => {
    expect((await driver.run("create", 0, 0, 150_000)).result).toBe(150_000);
    const bytes = await stored(key(0));
    const payload = driver.task.buffers.views[0] ?? Buffer.alloc(0);
    expect(bytes.length).toBe(150_000);
    expect(payload.equals(bytes.subarray(65_536, 131_072))).toBe(true);
  });
});

onMinio("%s counts bytes that are missing or too many as errors", async (engine) => {
  await withDriver({ engine, sizes: [1000], operations: ["create", "read"] }, async (driver) => {
    await driver.run("create", 0, 0, 1000);
    expect(driver.code(await driver.run("read", 0, 500, 1000))).toBe("ESHORT");
    expect(driver.code(await driver.run("fetch", 0, 0, 2000))).toBe("ESHORT");
    expect(driver.code(await driver.run("fetch", 0, 0, 500))).toBe("ELONG");
    expect(driver.code(await driver.run("read", 0, 5000, 10))).toBe("InvalidRange");
    expect(driver.code(await driver.run("write", 0, 0, 10))).toBe("ENOTSUP");
    expect((await driver.run("read", 0, 0, 1000)).result).toBe(1000);
  });
});

onMinio("%s uploads in parts, and downloads in parallel ranges", async (engine) => {
  const size = 12 * MIB + 123;
  const operations = ["upload", "download"] as const;
  const options = { engine, sizes: [size, 100], operations, partConcurrency: 3, bufferBytes: MIB };
  await withDriver(options, async (driver, key) => {
    expect((await driver.run("upload", 0, 0, size)).result).toBe(size);
    const head = await bucket.client.send(
      new HeadObjectCommand({ Bucket: bucket.minio.bucket, Key: key(0) }),
    );
    expect(head.ContentLength).toBe(size);
    // An object that was put together from parts carries their number in its tag.
    expect(head.ETag).toMatch(/-3"$/);
    const attempts = driver.session.counters().attempts ?? 0;
    expect(attempts).toBe(5);
    expect(await driver.run("download", 0, 0, size)).toEqual({ result: size, firstBytes: 1 });
    expect(driver.session.counters().attempts).toBe(attempts + 3);
    expect(driver.code(await driver.run("download", 0, 0, size + 10))).toBe("ESHORT");
    // The SDK sends a single part as a PUT.
    expect((await driver.run("upload", 1, 0, 100)).result).toBe(100);
    expect(await pendingUploads(key(0))).toBe(0);
  });
});

onMinio(
  "%s streams a shard through one request, and skips, repeats and changes shards",
  async (engine) => {
    const sizes = [3 * MIB, 300_000];
    const options = {
      engine,
      sizes,
      operations: ["create", "stream"],
      bufferBytes: 4 * MIB,
    } as const;
    await withDriver(options, async (driver) => {
      for (const file of [0, 1]) await driver.run("create", file, 0, sizes[file]);
      const before = driver.session.counters().attempts ?? 0;
      for (let offset = 512; offset + 100_000 <= 3 * MIB; offset += 100_512) {
        const outcome = await driver.run("stream", 0, offset, 100_000);
        expect(outcome).toEqual({ result: 100_000, firstBytes: 1 });
      }
      expect(driver.session.counters().attempts).toBe(before + 1);
      expect((await driver.run("stream", 1, 512, 1000)).result).toBe(1000);
      expect((await driver.run("stream", 1, 200_000, 1000)).result).toBe(1000);
      expect(driver.session.counters().attempts).toBe(before + 2);
      expect((await driver.run("stream", 1, 512, 1000)).result).toBe(1000);
      expect((await driver.run("stream", 0, 2 * MIB, 1000)).result).toBe(1000);
      expect(driver.session.counters().attempts).toBe(before + 4);
      expect(driver.code(await driver.run("stream", 0, 3 * MIB - 10, 1000))).toBe("ESHORT");
      expect((await driver.run("stream", 1, 512, 299_488)).result).toBe(299_488);
    });
  },
);

onMinio("%s abort completes each operation once and leaves no upload behind", async (engine) => {
  const size = 100 * MIB;
  const sizes = [size, size, size, size];
  const options = { engine, sizes, operations: ["upload"], depth: 4, bufferBytes: MIB } as const;
  await withDriver(options, async (driver, key) => {
    const running = sizes.map((_, slot) => driver.run("upload", slot, 0, size, slot));
    for (const slot of [0, 1, 2, 3]) {
      await expect.poll(() => pendingUploads(key(slot)), { interval: 5 }).toBe(1);
    }
    driver.session.abort();
    const outcomes = await Promise.all(running);
    expect(outcomes.map((outcome) => driver.code(outcome))).toEqual(Array(4).fill("ECANCELED"));
    const late = await driver.run("upload", 0, 0, size);
    expect(driver.code(late)).toBe("ECANCELED");
    await driver.session.close();
    expect(driver.completions).toEqual([2, 1, 1, 1]);
    for (const slot of [0, 1, 2, 3]) expect(await pendingUploads(key(slot))).toBe(0);
    expect(driver.session.counters().uploadsNotAborted).toBeUndefined();
  });
});
