// @module-tag system
import dns from "node:dns";
import { once } from "node:events";
import { createServer } from "node:net";
import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterEach, describe, expect, test, vi } from "vitest";
import { drain } from "../../src/engine/sdk/body.ts";
import { makeClient } from "../../src/s3/client.ts";
import { failureCode } from "../../src/s3/failure/failure.ts";
import { startStub } from "../engine/objects/stub.ts";
import { setEnvironment } from "../env.ts";
import { useMinio } from "../minio.ts";
import { refusal } from "./refusal.ts";

const plain = await useMinio({ minio: true });

afterEach(() => void vi.restoreAllMocks());

async function withEnvironment(
  values: Record<string, string | undefined>,
  work: () => Promise<void>,
): Promise<void> {
  const before = setEnvironment(values);
  try {
    await work();
  } finally {
    setEnvironment(before);
  }
}

describe.skipIf(!plain.available)("what keeps a run from its bucket is one sentence", () => {
  test("accepts a valid bucket", async () => {
    expect(await refusal(plain.address())).toBe("none");
  });

  test("a missing bucket", async () => {
    expect(await refusal(plain.address({ bucket: "not-there" }))).toMatch(
      /^there is no bucket "not-there" at http.*; create it or correct the name$/,
    );
  });

  test("wrong credentials", async () => {
    await withEnvironment({ AWS_SECRET_ACCESS_KEY: "a-wrong-secret-of-some-length" }, async () => {
      expect(await refusal(plain.address())).toMatch(/refuses the credentials \(SignatureDoesNot/);
    });
    await withEnvironment({ AWS_ACCESS_KEY_ID: "an-unknown-key" }, async () => {
      expect(await refusal(plain.address())).toMatch(/refuses the credentials \(InvalidAccessKey/);
    });
  });

  test("no credentials, or a missing profile", async () => {
    const nowhere = {
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_CONFIG_FILE: "/dev/null",
    };
    const none = { ...nowhere, AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    await withEnvironment(none, async () => {
      expect(await refusal(plain.address())).toMatch(/no credentials were found/);
    });
    await withEnvironment(nowhere, async () => {
      expect(await refusal(plain.address({ profile: "absent" }))).toMatch(
        /^no credentials were found for .* in the profile `absent` \(the target's `profile`\);/,
      );
    });
    await withEnvironment({ ...nowhere, AWS_PROFILE: "gone" }, async () => {
      expect(await refusal(plain.address())).toMatch(/in the profile `gone` \(AWS_PROFILE\);/);
    });
  });

  test("an endpoint where nothing listens", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const address = closed.address();
    closed.close();
    const port = typeof address === "object" ? address?.port : 0;
    expect(await refusal(plain.address({ endpoint: `http://127.0.0.1:${port}` }))).toMatch(
      /^cannot reach http:\/\/127\.0\.0\.1:\d+: nothing listens there \(ECONNREFUSED\)/,
    );
  });

  test("https at an http endpoint", async () => {
    const endpoint = plain.minio.endpoint.replace("http:", "https:");
    expect(await refusal(plain.address({ endpoint }))).toMatch(/check http or https/);
  });
});

describe.skipIf(!plain.available)("addressing", () => {
  test("path-style and virtual-host reach the same bucket", async () => {
    const lookup = dns.lookup;
    // RFC 6761 reserves names below localhost, but not every resolver resolves them.
    const local = (name: string, ...rest: unknown[]) =>
      Reflect.apply(lookup, dns, [name.replace(/^.*\.localhost$/, "localhost"), ...rest]);
    vi.spyOn(dns, "lookup").mockImplementation(local as typeof dns.lookup);
    const put = new PutObjectCommand({ Bucket: plain.minio.bucket, Key: "style/one", Body: "1" });
    const virtual = makeClient(plain.address({ pathStyle: false }), { connections: 1, retries: 0 });
    await virtual.send(put);
    virtual.destroy();
    const named = vi.mocked(dns.lookup).mock.calls.map(([name]) => name);
    expect(named).toContain(`${plain.minio.bucket}.localhost`);
    const list = new ListObjectsV2Command({ Bucket: plain.minio.bucket, Prefix: "style/" });
    expect((await plain.client.send(list)).KeyCount).toBe(1);
  });
});

describe("connections", () => {
  test("are kept alive up to the configured number", async () => {
    const ports = new Set<number | undefined>();
    await using stub = await startStub((request, response) => {
      ports.add(request.socket.remotePort);
      response.writeHead(200, { "content-length": "0" }).end();
    });
    const before = setEnvironment({ AWS_ACCESS_KEY_ID: "stub", AWS_SECRET_ACCESS_KEY: "stub" });
    const client = makeClient(stub.address, { connections: 2, retries: 0 });
    const head = () => client.send(new HeadBucketCommand({ Bucket: "assay" }));
    for (let i = 0; i < 5; i++) await Promise.all([head(), head()]);
    client.destroy();
    setEnvironment(before);
    expect(stub.hosts.length).toBe(10);
    expect(ports.size).toBe(2);
  });

  test("are closed after silence, before a response and in its body", async () => {
    await using stub = await startStub((request, response) => {
      if (request.method === "HEAD") return;
      response.writeHead(200, { "content-length": "1000" });
      response.write(Buffer.alloc(500));
    });
    const before = setEnvironment({ AWS_ACCESS_KEY_ID: "stub", AWS_SECRET_ACCESS_KEY: "stub" });
    const client = makeClient(stub.address, { connections: 2, retries: 0, silenceMs: 50 });
    const named = { Bucket: "assay", Key: "k" };
    const head = client.send(new HeadObjectCommand(named)).catch(failureCode);
    const answer = await client.send(new GetObjectCommand(named));
    const body = drain(answer.Body, 1000, () => {}).catch(failureCode);
    expect([await head, await body]).toEqual(["ETIMEDOUT", "ETIMEDOUT"]);
    client.destroy();
    setEnvironment(before);
  });

  test("a PUT is not hashed and does not wait for a 100 Continue", async () => {
    let headers: Record<string, unknown> = {};
    await using stub = await startStub((request, response) => {
      headers = request.headers;
      request.resume().on("end", () => response.end());
    });
    const before = setEnvironment({ AWS_ACCESS_KEY_ID: "stub", AWS_SECRET_ACCESS_KEY: "stub" });
    const client = makeClient(stub.address, { connections: 1, retries: 0 });
    const Body = Buffer.alloc(4 * 1024 * 1024);
    await client.send(new PutObjectCommand({ Bucket: "assay", Key: "k", Body }));
    client.destroy();
    setEnvironment(before);
    expect(headers["x-amz-content-sha256"]).toBe("UNSIGNED-PAYLOAD");
    expect(headers.expect).toBeUndefined();
    expect(Object.keys(headers).filter((name) => name.includes("checksum"))).toEqual([]);
  });
});
