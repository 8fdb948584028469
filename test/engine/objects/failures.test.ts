// @module-tag system
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { setEnvironment } from "../../env.ts";
import { useMinio } from "../../minio.ts";
import { openDriver, S3_ENGINES } from "./session.ts";
import { startStub } from "./stub.ts";

const SLOW_DOWN = "<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>";
/** The port stays reserved for the dead server until `stop`. */
const LOST = /^(ECONNREFUSED|ECONNRESET|EPIPE)$/;
const MIB = 1024 * 1024;
const bucket = await useMinio({ alone: true });

let before: Record<string, string | undefined> = {};
beforeEach(() => {
  before = setEnvironment({
    AWS_ACCESS_KEY_ID: "stub-key",
    AWS_SECRET_ACCESS_KEY: "stub-secret",
  });
});
afterEach(() => void setEnvironment(before));

const options = { sizes: [1000], operations: ["fetch"] } as const;

test.each(S3_ENGINES)(
  "%s: shows a 503 as an error, or retries and counts where a scenario allows it",
  async (engine) => {
    let requests = 0;
    await using stub = await startStub((_, response) => {
      if (requests++ % 2 === 0) response.writeHead(503).end(SLOW_DOWN);
      else response.end(Buffer.alloc(1000));
    });
    const plain = await openDriver(stub.address, { ...options, engine });
    const refused = await plain.run("fetch", 0, 0, 1000);
    expect(plain.session.explain(refused.result)).toEqual({
      code: "SlowDown",
      message: "Reduce your request rate",
    });
    expect((await plain.run("fetch", 0, 0, 1000)).result).toBe(1000);
    expect(plain.session.counters()).toMatchObject({ attempts: 2, retries: 0 });
    expect(plain.attempts).toEqual([]);
    await plain.session.close();

    const patient = await openDriver(stub.address, { ...options, engine, retries: 2 });
    expect((await patient.run("fetch", 0, 0, 1000)).result).toBe(1000);
    expect(patient.session.counters()).toMatchObject({ attempts: 2, retries: 1 });
    expect(patient.attempts).toEqual([
      { slot: 0, mark: 1, throttled: true },
      { slot: 0, mark: 2, throttled: false },
    ]);
    await patient.session.close();
  },
);

test.each(S3_ENGINES)(
  "%s: an answer that is cut off is an error, not a short success",
  async (engine) => {
    await using stub = await startStub((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write(Buffer.alloc(500), () => response.destroy());
    });
    const driver = await openDriver(stub.address, { ...options, engine });
    const outcome = await driver.run("fetch", 0, 0, 1000);
    expect(driver.code(outcome)).toBe("ECONNRESET");
    expect(outcome.firstBytes).toBe(1);
    expect(driver.code(await driver.run("stream", 0, 0, 1000))).toBe("ECONNRESET");
    await driver.session.close();
  },
);

test.each(S3_ENGINES)(
  "%s: abort ends what hangs, in the answer and in its body",
  async (engine) => {
    await using stub = await startStub((request, response) => {
      if (request.url?.includes("000000001")) return;
      response.writeHead(200, { "content-length": "1000" });
      response.write(Buffer.alloc(500));
    });
    const sizes = [1000, 1000];
    const driver = await openDriver(stub.address, { ...options, engine, sizes, depth: 3 });
    const running = [
      driver.run("fetch", 0, 0, 1000, 0),
      driver.run("fetch", 1, 0, 1000, 1),
      driver.run("stream", 0, 0, 1000, 2),
    ];
    await expect.poll(() => stub.hosts.length).toBe(3);
    driver.session.abort();
    const outcomes = await Promise.all(running);
    expect(outcomes.map((outcome) => driver.code(outcome))).toEqual(Array(3).fill("ECANCELED"));
    await driver.session.close();
    expect(driver.completions).toEqual([1, 1, 1]);
  },
);

test.each(S3_ENGINES)(
  "%s: an upload stops at its first failure and is aborted in the store",
  async (engine) => {
    const seen: string[] = [];
    await using stub = await startStub((request, response) => {
      const { method = "", url = "" } = request;
      request.resume().on("end", () => {
        const part = /partNumber=(\d+)/.exec(url)?.[1];
        seen.push(`${method}${part === undefined ? "" : ` ${part}`}`);
        if (method === "POST") response.end(INITIATED);
        else if (method === "DELETE") response.writeHead(204).end();
        else if (part === "2") response.writeHead(503).end(SLOW_DOWN);
        else response.writeHead(200, { etag: '"1"' }).end();
      });
    });
    const driver = await openDriver(stub.address, {
      engine,
      sizes: [100 * MIB],
      operations: ["upload"],
      partConcurrency: 1,
      bufferBytes: MIB,
    });
    expect(driver.code(await driver.run("upload", 0, 0, 100 * MIB))).toBe("SlowDown");
    await driver.session.close();
    expect(seen).toEqual(["POST", "PUT 1", "PUT 2", "DELETE"]);
  },
);

test.each(S3_ENGINES)("%s: counts an upload that cannot be aborted", async (engine) => {
  await using stub = await startStub((request, response) => {
    request.resume().on("end", () => {
      if (request.method === "POST") response.end(INITIATED);
      else response.writeHead(503).end(SLOW_DOWN);
    });
  });
  const driver = await openDriver(stub.address, {
    engine,
    sizes: [6 * MIB],
    operations: ["upload"],
  });
  expect(driver.code(await driver.run("upload", 0, 0, 6 * MIB))).toBe("SlowDown");
  await driver.session.close();
  expect(driver.session.counters().uploadsNotAborted).toBe(1);
});

test.each(S3_ENGINES)("%s: rejects a listing that repeats its token", async (engine) => {
  const page =
    "<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>k</Key></Contents>" +
    "<NextContinuationToken>same</NextContinuationToken></ListBucketResult>";
  await using stub = await startStub((_, response) => void response.end(page));
  const driver = await openDriver(stub.address, { engine, sizes: [1], operations: ["list"] });
  expect(driver.code(await driver.run("list", 0))).toBe("ELOOP");
  expect(stub.hosts).toHaveLength(2);
  await driver.session.close();
});

test.each(S3_ENGINES)(
  "%s: versions whose next page is the same one are an error",
  async (engine) => {
    const page =
      "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>" +
      "<NextVersionIdMarker>same</NextVersionIdMarker></ListVersionsResult>";
    await using stub = await startStub((_, response) => void response.end(page));
    const operations = ["listVersions"] as const;
    const driver = await openDriver(stub.address, { engine, sizes: [1], operations });
    expect(driver.code(await driver.run("listVersions", 0))).toBe("ELOOP");
    expect(stub.hosts).toHaveLength(2);
    await driver.session.close();
  },
);

test.each(S3_ENGINES)("%s: does not open without credentials", async (engine) => {
  setEnvironment({
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_CONFIG_FILE: "/dev/null",
  });
  await using stub = await startStub((_, response) => void response.end());
  await expect(openDriver(stub.address, { ...options, engine })).rejects.toThrow(
    /no credentials were found/,
  );
  expect(stub.hosts).toEqual([]);
});

const INITIATED =
  "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>";

describe.skipIf(!bucket.available)("s3-sdk with a killed MinIO", () => {
  beforeEach(() => void setEnvironment(bucket.minio.environment));

  test("completes every operation once", async () => {
    const sizes = Array.from({ length: 8 }, () => 240 * MIB);
    const driver = await openDriver(bucket.address(), {
      sizes,
      operations: ["upload", "fetch"],
      depth: 9,
      bufferBytes: MIB,
    });
    expect(await driver.run("upload", 0, 0, 8 * MIB, 0)).toMatchObject({ result: 8 * MIB });
    const running = sizes.map((size, slot) =>
      slot < 4
        ? driver.run("upload", slot + 1, 0, size, slot)
        : driver.run("fetch", 0, 0, 8 * MIB, slot),
    );
    const pid = bucket.minio.pid ?? 0;
    expect(pid).toBeGreaterThan(0);
    await driver.run("stat", 0, 0, 0, 8).then(() => process.kill(pid, "SIGKILL"));
    const outcomes = await Promise.all(running);
    const codes = outcomes.slice(0, 4).map((outcome) => driver.code(outcome));
    for (const code of codes) expect(code).toMatch(LOST);
    expect(driver.code(await driver.run("stat", 0))).toMatch(LOST);
    await driver.session.close();
    expect(driver.completions.reduce((sum, count) => sum + count, 0)).toBe(8 + 3);
  });
});
