import { describe, expect, test } from "vitest";
import { openDriver, S3_ENGINES } from "../engine/s3-session.ts";
import { useMinio } from "../minio.ts";
import { refusal } from "./refusal.ts";

const secure = await useMinio({ own: true, tls: true });

describe.skipIf(!secure.available)("TLS with a certificate authority of one's own", () => {
  test("is used when it is named, and the sentence says so when it is not", async () => {
    expect(await refusal(secure.address())).toBe("none");
    const { caPath: _, ...untrusting } = secure.address();
    expect(await refusal(untrusting)).toMatch(
      /^the TLS certificate of https.* is not trusted \(.*\); name the .* authority as `ca`$/,
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
});
