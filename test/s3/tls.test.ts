// @module-tag system
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { fileName } from "../../src/model/plan/dataset.ts";
import { makeContent } from "../../src/storage/content/content.ts";
import { layOut } from "../../src/storage/content/layout.ts";
import { openDriver, S3_ENGINES } from "../engine/objects/session.ts";
import { useMinio } from "../minio.ts";
import { filesPlan } from "../storage/support.ts";
import { refusal } from "./refusal.ts";

const secure = await useMinio({ tls: true });

describe.skipIf(!secure.available)("TLS with a certificate authority of one's own", () => {
  test("is used if set; the message asks for it if not", async () => {
    expect(await refusal(secure.address())).toBe("none");
    const { caPath: _, ...untrusting } = secure.address();
    expect(await refusal(untrusting)).toMatch(
      /^the TLS certificate of https.* is self-signed \(.*\); set `ca` to it$/,
    );
    expect(await refusal({ ...untrusting, caPath: "/nowhere/ca.pem" })).toMatch(
      /^the certificate authority \/nowhere\/ca\.pem cannot be read \(ENOENT/,
    );
  });

  test.each(S3_ENGINES)("%s reads and writes through it", async (engine) => {
    const operations = ["create", "read"] as const;
    const driver = await openDriver(secure.address(), { engine, sizes: [5000], operations });
    expect((await driver.run("create", 0, 0, 5000)).result).toBe(5000);
    expect(await driver.run("read", 0, 100, 4000)).toEqual({ result: 4000, firstBytes: 1 });
    await driver.session.close();
  });

  test.each(S3_ENGINES)("%s reports the problem of a certificate", async (engine) => {
    const { caPath: _, ...untrusting } = secure.address();
    const operations = ["stat"] as const;
    const driver = await openDriver(untrusting, { engine, sizes: [1], operations });
    expect(driver.code(await driver.run("stat", 0))).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
    await driver.session.close();
  });

  test("s3-wire reports the end of the handshake", async () => {
    const operations = ["create"] as const;
    const driver = await openDriver(secure.address(), {
      engine: "s3-wire",
      sizes: [9],
      operations,
    });
    for (let i = 0; i < 2; i++) await driver.run("create", 0, 0, 9);
    const sends = ["sent", "answered"];
    expect(driver.moments).toEqual(["connecting", "connected", "secured", ...sends, ...sends]);
    await driver.session.close();
  });

  test("s3-wire's connections share a buffer without mixing bytes", async () => {
    const plan = filesPlan({ count: 8, size: { kind: "fixed", bytes: 2_000_001 } });
    const dataset = layOut(plan, "d");
    const address = secure.address();
    const content = makeContent(plan, dataset);
    const Body = Buffer.alloc(2_000_001);
    for (let file = 0; file < 8; file++) {
      content.fill(Body, file, 0);
      const Key = `${address.prefix}run/${fileName(dataset, file)}`;
      await secure.client.send(new PutObjectCommand({ Bucket: address.bucket, Key, Body }));
    }
    const operations = ["fetch"] as const;
    const asked = { dataset, operations, depth: 8, objects: { verify: true } };
    const driver = await openDriver(address, { engine: "s3-wire", sizes: [], ...asked });
    for (let round = 0; round < 3; round++) {
      const all = Array.from({ length: 8 }, (_, i) => driver.run("fetch", i, 0, 2_000_001, i));
      const results = (await Promise.all(all)).map((outcome) => [
        driver.code(outcome),
        outcome.result,
      ]);
      expect(results).toEqual(Array(8).fill(["", 2_000_001]));
    }
    await driver.session.close();
  });
});
