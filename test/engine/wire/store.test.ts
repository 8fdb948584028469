// @module-tag system
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { CreateBucketCommand, DeleteBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { useMinio } from "../../minio.ts";
import { openDriver } from "../objects/session.ts";

const MIB = 1024 * 1024;
const LOST = /^(ECONNREFUSED|ECONNRESET|EPIPE|InvalidAccessKeyId)$/;
const bucket = await useMinio({ alone: true });

/** How a process can be started once more, with its own words, environment and data. */
function startedAs(pid: number): () => Disposable {
  const words = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
  const [program = "", ...parameters] = words("cmdline").slice(0, -1);
  const pairs = words("environ").filter((pair) => pair.includes("="));
  const env = Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
  return () => {
    const child = spawn(program, parameters, { env, stdio: "ignore" });
    return { [Symbol.dispose]: () => void child.kill("SIGKILL") };
  };
}

describe.skipIf(!bucket.available)("s3-wire with a server that stops", () => {
  test("reports a bucket deleted during the run", async () => {
    const Bucket = "goes-away";
    await bucket.client.send(new CreateBucketCommand({ Bucket }));
    const driver = await openDriver(bucket.address({ bucket: Bucket }), {
      engine: "s3-wire",
      sizes: [100],
      operations: ["create", "fetch", "delete", "list", "upload"],
    });
    try {
      expect((await driver.run("create", 0, 0, 100)).result).toBe(100);
      expect((await driver.run("delete", 0)).result).toBe(0);
      await bucket.client.send(new DeleteBucketCommand({ Bucket }));
      for (const operation of ["create", "fetch", "list"] as const) {
        expect(driver.code(await driver.run(operation, 0, 0, 100))).toBe("NoSuchBucket");
      }
      const upload = await driver.run("upload", 0, 0, 6 * MIB);
      expect(driver.code(upload)).toBe("NoSuchBucket");
    } finally {
      await driver.session.close();
    }
  });

  test("ends each operation once when the server is killed, and reconnects", async () => {
    const address = bucket.address();
    const Key = `${address.prefix}run/d/000000000.bin`;
    const Body = Buffer.alloc(8 * MIB);
    await bucket.client.send(new PutObjectCommand({ Bucket: address.bucket, Key, Body }));
    const sizes = Array.from({ length: 8 }, () => 60 * MIB);
    const driver = await openDriver(address, {
      engine: "s3-wire",
      sizes,
      operations: ["upload", "fetch"],
      depth: 9,
      bufferBytes: MIB,
    });
    const running = sizes.map((size, slot) =>
      slot < 4
        ? driver.run("upload", slot + 1, 0, size, slot)
        : driver.run("fetch", 0, 0, 8 * MIB, slot),
    );
    await driver.run("stat", 0, 0, 0, 8);
    const again = startedAs(bucket.minio.pid ?? 0);
    process.kill(bucket.minio.pid ?? 0, "SIGKILL");
    const outcomes = await Promise.all(running);
    for (const outcome of outcomes.slice(0, 4)) expect(driver.code(outcome)).toMatch(LOST);
    expect(driver.code(await driver.run("stat", 0, 0, 0, 8))).toMatch(LOST);
    using _ = again();
    const works = async () => (await driver.run("fetch", 0, 0, 8 * MIB, 4)).result;
    await expect.poll(works, { timeout: 20_000, interval: 200 }).toBe(8 * MIB);
    await driver.session.close();
    expect(driver.completions.filter((_, slot) => slot < 4)).toEqual([1, 1, 1, 1]);
  });
});
