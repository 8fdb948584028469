import type { IncomingHttpHeaders } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ChecksumAlgorithm, ObjectOptions } from "../../../src/model/plan/object-options.ts";
import type { Operation } from "../../../src/model/plan/operation.ts";
import type { EngineName } from "../../../src/model/plan/plan.ts";
import { customerKey } from "../../../src/s3/object-parameters.ts";
import { setEnvironment } from "../../env.ts";
import { openDriver, S3_ENGINES, type SessionOptions } from "./session.ts";
import { startStub } from "./stub.ts";

let before: Record<string, string | undefined> = {};
beforeEach(() => {
  const AWS_SECRET_ACCESS_KEY = "stub-secret";
  before = setEnvironment({ AWS_ACCESS_KEY_ID: "stub-key", AWS_SECRET_ACCESS_KEY });
});
afterEach(() => void setEnvironment(before));

/** Entity tag of every object of the stub. */
const TAG = { etag: '"1"' };

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (seen: Seen) => {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** Requests of one operation; the stub sends scripted responses. */
async function requestsOf(
  engine: EngineName,
  operation: Operation,
  options: Partial<SessionOptions>,
  answer: Answer = () => ({}),
) {
  const seen: Seen[] = [];
  await using stub = await startStub((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString("latin1") };
      seen.push(one);
      const known = method === "HEAD" ? { ...TAG, "content-length": "1000" } : TAG;
      const { status = 200, headers: answered = known, body = "" } = answer(one);
      response.writeHead(status, answered).end(body);
    });
  });
  const driver = await openDriver(stub.address, {
    engine,
    sizes: [1000],
    operations: [operation],
    ...options,
  });
  const outcome = await driver.run(operation, 0, 0, operation === "fetch" ? 0 : 1000);
  const code = driver.code(outcome);
  const counters = driver.session.counters();
  await driver.session.close();
  return { seen, code, counters };
}

async function headersOf(
  engine: EngineName,
  operation: Operation,
  objects: Partial<ObjectOptions>,
) {
  const { seen, code } = await requestsOf(engine, operation, { objects });
  expect(code).toBe("");
  return seen[0]?.headers ?? {};
}

describe.each(S3_ENGINES)(
  "%s: what is asked of objects stands in the headers of a PUT",
  (engine) => {
    test("the storage class", async () => {
      const headers = await headersOf(engine, "create", { storageClass: "GLACIER_IR" });
      expect(headers["x-amz-storage-class"]).toBe("GLACIER_IR");
      expect(await headersOf(engine, "create", {})).not.toHaveProperty("x-amz-storage-class");
    });

    test("encryption with keys of the server", async () => {
      const s3 = await headersOf(engine, "create", { encryption: { kind: "sse-s3" } });
      expect(s3["x-amz-server-side-encryption"]).toBe("AES256");
      const own = await headersOf(engine, "create", {
        encryption: { kind: "sse-kms", keyId: null },
      });
      expect(own["x-amz-server-side-encryption"]).toBe("aws:kms");
      expect(own).not.toHaveProperty("x-amz-server-side-encryption-aws-kms-key-id");
      const named = await headersOf(engine, "create", {
        encryption: { kind: "sse-kms", keyId: "alias/b" },
      });
      expect(named["x-amz-server-side-encryption-aws-kms-key-id"]).toBe("alias/b");
    });

    test("a customer key, also for GET and HEAD, and never the plain seed", async () => {
      const key = customerKey(7);
      expect(Buffer.from(key, "base64")).toHaveLength(32);
      expect(customerKey(8)).not.toBe(key);
      for (const operation of ["create", "fetch", "stat"] as const) {
        const headers = await headersOf(engine, operation, { encryption: { kind: "sse-c" } });
        expect(headers["x-amz-server-side-encryption-customer-algorithm"]).toBe("AES256");
        expect(headers["x-amz-server-side-encryption-customer-key"]).toBe(key);
        expect(headers["x-amz-server-side-encryption-customer-key-md5"]).toMatch(/^.{22}==$/);
      }
      const objects = { encryption: { kind: "sse-c" } } as const;
      const copy = await requestsOf(engine, "copy", { objects }, () => ({
        body: "<CopyObjectResult/>",
      }));
      const headers = copy.seen[0]?.headers ?? {};
      expect(headers["x-amz-server-side-encryption-customer-key"]).toBe(key);
      expect(headers["x-amz-copy-source-server-side-encryption-customer-key"]).toBe(key);
    });

    test.each<ChecksumAlgorithm>(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])(
      "%s",
      async (checksum) => {
        const headers = await headersOf(engine, "create", { checksum });
        expect(headers[`x-amz-checksum-${checksum.toLowerCase()}`]).toMatch(/^[A-Za-z0-9+/]+=*$/);
      },
    );

    test("sends no checksum by default", async () => {
      const names = Object.keys(await headersOf(engine, "create", {}));
      expect(names.filter((name) => name.includes("checksum"))).toEqual([]);
    });
  },
);

describe.each(S3_ENGINES)("%s: the payload", (engine) => {
  test("is unsigned, signed, or followed by its checksum", async () => {
    const of = async (payload: ObjectOptions["payload"]) => {
      const headers = await headersOf(engine, "create", { payload });
      return headers["x-amz-content-sha256"] ?? "";
    };
    expect(await of("unsigned")).toBe("UNSIGNED-PAYLOAD");
    expect(await of("signed")).toMatch(/^[0-9a-f]{64}$/);
    expect(await of("trailing")).toBe("STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  });

  test("with a trailer ends with the announced checksum", async () => {
    const { seen } = await requestsOf(engine, "create", { objects: { payload: "trailing" } });
    expect(seen[0]?.headers["x-amz-trailer"]).toBe("x-amz-checksum-crc32");
    expect(seen[0]?.headers["x-amz-decoded-content-length"]).toBe("1000");
    expect(seen[0]?.body).toMatch(/\r\nx-amz-checksum-crc32:[A-Za-z0-9+/]{6}==\r\n/);
  });
});

describe.each(S3_ENGINES)("%s: restore", (engine) => {
  const RESTORE = { tier: "Bulk", days: 3, pollNs: 10e6, deadlineNs: 50e6 } as const;

  test("sends one request, polls until the object is readable, and counts the polls", async () => {
    let looks = 0;
    const { seen, code, counters } = await requestsOf(
      engine,
      "restore",
      { restore: RESTORE },
      (one) => {
        if (one.method === "POST") return { status: 202 };
        const ongoing = ++looks < 3;
        return { headers: { "x-amz-restore": `ongoing-request="${ongoing}"` } };
      },
    );
    expect(code).toBe("");
    expect(seen.map(({ method }) => method)).toEqual(["POST", "HEAD", "HEAD", "HEAD"]);
    expect(seen[0]?.url).toContain("?restore");
    expect(seen[0]?.body).toContain("<Days>3</Days>");
    expect(seen[0]?.body).toContain("<Tier>Bulk</Tier>");
    expect(counters).toMatchObject({ restoreLooks: 3 });
  });

  test("ends at the deadline", async () => {
    const ongoing = { "x-amz-restore": 'ongoing-request="true"' };
    const { seen, code } = await requestsOf(engine, "restore", { restore: RESTORE }, (one) =>
      one.method === "POST" ? { status: 202 } : { headers: ongoing },
    );
    expect(code).toBe("ETIMEDOUT");
    expect(seen).toHaveLength(6);
  });

  test("waits for an object with an earlier restore request", async () => {
    const body = "<Error><Code>RestoreAlreadyInProgress</Code><Message>wait</Message></Error>";
    const { code } = await requestsOf(engine, "restore", { restore: RESTORE }, (one) =>
      one.method === "POST"
        ? { status: 409, body }
        : { headers: { "x-amz-restore": 'ongoing-request="false"' } },
    );
    expect(code).toBe("");
  });
});

test.each(S3_ENGINES)(
  "%s: a whole GET asks for the checksum that was stored, and notices another one",
  async (engine) => {
    const { seen } = await requestsOf(engine, "fetch", { objects: { checksum: "CRC32" } });
    expect(seen[0]?.headers["x-amz-checksum-mode"]).toBe("ENABLED");
    const wrong = { "x-amz-checksum-crc32": "AAAAAA==", "content-length": "1000" };
    await using stub = await startStub((_, response) => {
      response.writeHead(200, wrong).end(Buffer.alloc(1000));
    });
    const objects = { checksum: "CRC32" } as const;
    const driver = await openDriver(stub.address, {
      engine,
      sizes: [1000],
      operations: ["fetch"],
      objects,
    });
    expect(driver.code(await driver.run("fetch", 0, 0, 1000))).toBe("ECHECKSUM");
    await driver.session.close();
  },
);

test.each(S3_ENGINES)(
  "%s: connections are reused, or opened anew for each request",
  async (engine) => {
    for (const connections of ["reused", "new"] as const) {
      const ports = new Set<number | undefined>();
      await using stub = await startStub((request, response) => {
        ports.add(request.socket.remotePort);
        response.writeHead(200, { "content-length": "0" }).end();
      });
      const options = {
        engine,
        sizes: [0],
        operations: ["stat"],
        objects: { connections },
      } as const;
      const driver = await openDriver(stub.address, options);
      for (let i = 0; i < 4; i++) await driver.run("stat", 0);
      await driver.session.close();
      expect(ports.size).toBe(connections === "new" ? 4 : 1);
    }
  },
);
