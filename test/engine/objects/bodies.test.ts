// @module-tag system
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { fileName } from "../../../src/model/plan/dataset.ts";
import { CHECKSUM_ALGORITHMS, PAYLOAD_SIGNINGS } from "../../../src/model/plan/object-options.ts";
import { makeChecksum } from "../../../src/s3/signing/checksum.ts";
import { makeContent } from "../../../src/storage/content/content.ts";
import { layOut } from "../../../src/storage/content/layout.ts";
import { useMinio } from "../../minio.ts";
import { filesPlan } from "../../storage/support.ts";
import { type Driver, openDriver, S3_ENGINES } from "./session.ts";

const MIB = 1024 * 1024;
const bucket = await useMinio();
const onMinio = test.skipIf(!bucket.available);

function keyOf(driver: Driver, file: number): string {
  const { location, dataset } = driver.task;
  return location.kind === "bucket" ? location.root + fileName(dataset, file) : "";
}

async function stored(Key: string): Promise<Uint8Array> {
  const command = new GetObjectCommand({ Bucket: bucket.minio.bucket, Key });
  return (
    (await (await bucket.client.send(command)).Body?.transformToByteArray()) ?? Buffer.alloc(0)
  );
}

const ALL = S3_ENGINES.flatMap((engine) =>
  PAYLOAD_SIGNINGS.flatMap((payload) =>
    [null, ...CHECKSUM_ALGORITHMS].map((checksum) => ({ engine, payload, checksum })),
  ),
);

onMinio.each(ALL)("$engine: $payload body, checksum $checksum", async (asked) => {
  const { engine, payload, checksum } = asked;
  const sizes = [10_000, 150_001, 0];
  const driver = await openDriver(bucket.address(), {
    engine,
    sizes,
    operations: ["create", "fetch"],
    objects: { payload, checksum },
  });
  try {
    for (const [file, size] of sizes.entries()) {
      const created = await driver.run("create", file, 0, size);
      expect([driver.code(created), created.result]).toEqual(["", size]);
      expect((await driver.run("fetch", file, 0, size)).result).toBe(size);
    }
    const bytes = await stored(keyOf(driver, 1));
    expect(bytes).toHaveLength(150_001);
    const sent = driver.task.buffers.views[0] ?? Buffer.alloc(0);
    expect(sent.equals(bytes.subarray(65_536, 131_072))).toBe(true);
    const command = new HeadObjectCommand({
      Bucket: bucket.minio.bucket,
      Key: keyOf(driver, 0),
      ChecksumMode: "ENABLED",
    });
    const head = await bucket.client.send(command);
    if (checksum !== null) {
      const summed = makeChecksum(checksum);
      summed.update(await stored(keyOf(driver, 0)));
      expect(head[`Checksum${checksum}`]).toBe(summed.digest());
    }
    expect(driver.session.counters().checksumsMissing).toBeUndefined();
  } finally {
    await driver.session.close();
  }
});

onMinio.each(CHECKSUM_ALGORITHMS)(
  "s3-wire uploads parts with a checksum each: %s",
  async (checksum) => {
    const size = 11 * MIB;
    const driver = await openDriver(bucket.address(), {
      engine: "s3-wire",
      sizes: [size],
      operations: ["upload", "download"],
      bufferBytes: MIB,
      objects: { checksum },
    });
    try {
      const uploaded = await driver.run("upload", 0, 0, size);
      expect([driver.code(uploaded), uploaded.result]).toEqual(["", size]);
      expect((await driver.run("download", 0, 0, size)).result).toBe(size);
      const Prefix = keyOf(driver, 0);
      const list = new ListMultipartUploadsCommand({ Bucket: bucket.minio.bucket, Prefix });
      expect((await bucket.client.send(list)).Uploads ?? []).toEqual([]);
    } finally {
      await driver.session.close();
    }
  },
);

onMinio.each(["s3-sdk", "s3-wire"] as const)(
  "%s holds whole objects against their dataset",
  async (engine) => {
    const plan = filesPlan({ count: 2, size: { kind: "fixed", bytes: 6 * MIB } });
    const dataset = layOut(plan, "d");
    const address = bucket.address();
    const driver = await openDriver(address, {
      engine,
      sizes: [],
      dataset,
      operations: ["fetch", "download"],
      objects: { verify: true },
    });
    try {
      const Body = Buffer.alloc(6 * MIB);
      makeContent(plan, dataset).fill(Body, 0, 0);
      for (const file of [0, 1]) {
        // The second object has the bytes of the first.
        const put = { Bucket: address.bucket, Key: keyOf(driver, file), Body };
        await bucket.client.send(new PutObjectCommand(put));
      }
      for (const operation of ["fetch", "download"] as const) {
        expect((await driver.run(operation, 0, 0, 6 * MIB)).result).toBe(6 * MIB);
        expect(driver.code(await driver.run(operation, 1, 0, 6 * MIB))).toBe("ECORRUPT");
      }
    } finally {
      await driver.session.close();
    }
  },
);
