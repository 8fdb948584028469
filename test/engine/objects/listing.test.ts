// @module-tag system
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { useMinio } from "../../minio.ts";
import { openDriver, S3_ENGINES } from "./session.ts";

const bucket = await useMinio();
const onMinio = test.skipIf(!bucket.available).each(S3_ENGINES);

onMinio(
  "%s: a listing counts what lies below a directory's prefix, page after page",
  async (engine) => {
    const address = bucket.address();
    const sizes = Array.from({ length: 1000 }, () => 1);
    const depth = 16;
    const options = { engine, sizes, operations: ["create", "list"], depth } as const;
    const driver = await openDriver(address, options);
    try {
      const lane = async (slot: number): Promise<void> => {
        for (let file = slot; file < sizes.length; file += depth) {
          await driver.run("create", file, 0, 1, slot);
        }
      };
      await Promise.all(Array.from({ length: depth }, (_, slot) => lane(slot)));
      for (const name of ["d/more", "d-not/in-it"]) {
        const Key = `${address.prefix}run/${name}`;
        await bucket.client.send(new PutObjectCommand({ Bucket: address.bucket, Key, Body: "" }));
      }
      const before = driver.session.counters().attempts ?? 0;
      expect(await driver.run("list", 0)).toEqual({ result: 0, firstBytes: 0 });
      const { attempts, listedEntries } = driver.session.counters();
      expect(listedEntries).toBe(1001);
      expect(attempts).toBe(before + 2);
    } finally {
      await driver.session.close();
    }
  },
);
