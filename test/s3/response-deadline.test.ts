// @module-tag system
import { createServer, type Socket } from "node:net";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeClient } from "../../src/s3/client.ts";
import { ContractError } from "../../src/s3/contract/contract.ts";
import { failureCode, preflightFailure } from "../../src/s3/failure/failure.ts";
import { NoResponseError } from "../../src/s3/failure/no-response.ts";
import { startStub } from "../engine/objects/stub.ts";
import { setEnvironment } from "../env.ts";
import { listeningPort } from "./listening.ts";

setEnvironment({ AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" });

const DEADLINES = { headMs: 250, bodyMs: 250, totalMs: 3_000 };
/** Both deadlines, plus slack for a busy host. */
const ENDS_MS = 5_000;
const DRIP_MS = 50;
const MIB = 1024 * 1024;

const bucket = { Bucket: "assay" };
const object = { ...bucket, Key: "k" };
const upload = { ...object, UploadId: "u" };

/** Each request of preparation, survey, listing and cleanup. */
const REQUESTS: Readonly<Record<string, (client: S3Client) => Promise<unknown>>> = {
  versioning: (client) => client.send(new GetBucketVersioningCommand(bucket)),
  "object lock": (client) => client.send(new GetObjectLockConfigurationCommand(bucket)),
  list: (client) => client.send(new ListObjectsV2Command(bucket)),
  "list of versions": (client) => client.send(new ListObjectVersionsCommand(bucket)),
  "list of uploads": (client) => client.send(new ListMultipartUploadsCommand(bucket)),
  head: (client) => client.send(new HeadObjectCommand(object)),
  get: async (client) =>
    (await client.send(new GetObjectCommand(object))).Body?.transformToString(),
  put: (client) => client.send(new PutObjectCommand({ ...object, Body: "text" })),
  delete: (client) => client.send(new DeleteObjectCommand(object)),
  "delete of many": (client) =>
    client.send(new DeleteObjectsCommand({ ...bucket, Delete: { Objects: [{ Key: "k" }] } })),
  "begin of an upload": (client) => client.send(new CreateMultipartUploadCommand(object)),
  part: (client) => client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: "text" })),
  "end of an upload": (client) => client.send(new CompleteMultipartUploadCommand(upload)),
  "abort of an upload": (client) => client.send(new AbortMultipartUploadCommand(upload)),
};

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nETag: "1"\r\n';

/** Bytes that a server sends once, and bytes that it then repeats. */
interface Way {
  readonly first?: string;
  readonly drip?: string;
}

const NO_HEAD: Readonly<Record<string, Way>> = {
  "is silent": {},
  "sends 100 Continue for ever": { drip: "HTTP/1.1 100 Continue\r\n\r\n" },
  "sends a head a byte at a time": { first: "HTTP/1.1 200 OK\r\nx: ", drip: "y" },
};

const NO_END: Readonly<Record<string, Way>> = {
  "sends a body a byte at a time": { first: `${HEAD}Content-Length: 9999\r\n\r\n<`, drip: " " },
  "sends chunks without end": {
    first: `${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n<\r\n`,
    drip: "1\r\n \r\n",
  },
  "sends an error a byte at a time": {
    first: "HTTP/1.1 503 Slow Down\r\nContent-Length: 9999\r\n\r\n<",
    drip: " ",
  },
  "stops in a body": { first: `${HEAD}Content-Length: 9999\r\n\r\n<a` },
};

const listen = (talk: (socket: Socket) => void): Promise<number> =>
  listeningPort(createServer(talk));

function clientOf(endpoint: string, retries = 3, silenceMs?: number) {
  const address = { ...bucket, region: "us-east-1", bucket: "assay", prefix: "", pathStyle: true };
  const client = makeClient(
    { ...address, endpoint },
    {
      connections: 2,
      retries,
      deadlines: DEADLINES,
      ...(silenceMs === undefined ? {} : { silenceMs }),
    },
  );
  onTestFinished(() => client.destroy());
  return {
    client,
    sentence: (error: unknown) => preflightFailure(error, { ...address, endpoint }),
  };
}

/** Sends a request to such a server; returns the number of attempts and the outcome. */
async function tried(send: (client: S3Client) => Promise<unknown>, { first = "", drip }: Way) {
  let requests = 0;
  const port = await listen((socket) => {
    socket.once("data", () => {
      requests++;
      socket.write(first);
      if (drip === undefined) return;
      const timer = setInterval(() => socket.write(drip), DRIP_MS);
      socket.on("close", () => clearInterval(timer));
    });
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const { client, sentence } = clientOf(endpoint);
  const from = performance.now();
  const error = await send(client).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(performance.now() - from).toBeLessThan(ENDS_MS);
  return { requests, error, endpoint, sentence: sentence(error).message };
}

const names = Object.keys(REQUESTS);

describe.each(Object.entries(NO_HEAD))("a server that %s", (_, way) => {
  test.each(names)("ends %s at the first attempt", async (name) => {
    const end = await tried(REQUESTS[name] ?? Promise.reject, way);
    expect(end.error).toBeInstanceOf(NoResponseError);
    expect(failureCode(end.error)).toBe("ETIMEDOUT");
    expect(end.sentence).toBe(
      `${end.endpoint} did not respond to a request within 0.3 s (ETIMEDOUT); check the ` +
        "endpoint, the network and its firewalls",
    );
    expect(end.requests).toBe(1);
  });
});

describe.each(Object.entries(NO_END))("a server that %s", (what, way) => {
  // A response without a body has no end to wait for; completing an upload may take minutes.
  const empty = ["head", "delete", "abort of an upload"];
  const some = names.filter((name) => name !== "end of an upload" && !empty.includes(name));
  test.each(some)("ends %s", async (name) => {
    const end = await tried(REQUESTS[name] ?? Promise.reject, way);
    expect(end.requests).toBe(1);
    // Where S3 defines no body, its length alone is an error.
    const refusedAtOnce = ["put", "part"].includes(name) && way.first?.includes("200 OK") === true;
    if (refusedAtOnce && way.first?.includes("Length") === true) {
      expect(end.error).toBeInstanceOf(ContractError);
      return;
    }
    expect(end.error, what).toBeInstanceOf(NoResponseError);
    expect(end.sentence).toMatch(/began its response to a request and did not finish it within/);
  });
});

test.each(["", "\u0016\u0003\u0003\u0040\u0000\u0002"])(
  "a TLS handshake that does not end (%j) is ended",
  async (drip) => {
    let connections = 0;
    const port = await listen((socket) => {
      connections++;
      let at = 0;
      const timer = setInterval(() => drip !== "" && socket.write(drip[at++] ?? "\0"), DRIP_MS);
      socket.on("close", () => clearInterval(timer));
    });
    const { client } = clientOf(`https://127.0.0.1:${port}`);
    const from = performance.now();
    const sent = REQUESTS.list?.(client);
    await expect(sent).rejects.toBeInstanceOf(NoResponseError);
    expect(performance.now() - from).toBeLessThan(ENDS_MS);
    expect(connections).toBe(1);
  },
);

test("a body is sent whole to a slow reader, however long it takes", async () => {
  let taken = 0;
  await using stub = await startStub((request, response) => {
    request.on("data", (chunk: Buffer) => {
      taken += chunk.length;
      request.pause();
      setTimeout(() => request.resume(), 20);
    });
    request.on("end", () => response.writeHead(200, { etag: '"1"' }).end());
  });
  const { client } = clientOf(stub.address.endpoint ?? "");
  const from = performance.now();
  await client.send(new PutObjectCommand({ ...object, Body: Buffer.alloc(8 * MIB) }));
  expect(taken).toBe(8 * MIB);
  expect(performance.now() - from).toBeGreaterThan(2 * DEADLINES.headMs);
});

test("a body that the server does not read ends after the silence timeout, once", async () => {
  let connections = 0;
  const port = await listen((socket) => {
    connections++;
    socket.pause();
  });
  const { client, sentence } = clientOf(`http://127.0.0.1:${port}`, 3, 400);
  const Body = Buffer.alloc(64 * MIB);
  const error = await client.send(new PutObjectCommand({ ...object, Body })).catch((e) => e);
  expect(sentence(error).message).toMatch(/stopped accepting data while a request was sent/);
  expect(connections).toBe(1);
});

test("a Retry-After of hours is not waited for", async () => {
  await using stub = await startStub((request, response) => {
    request.resume();
    response.writeHead(503, { "retry-after": "86400" });
    response.end("<Error><Code>SlowDown</Code></Error>");
  });
  const { client } = clientOf(stub.address.endpoint ?? "");
  const from = performance.now();
  const error = await REQUESTS.list?.(client).catch((reason: unknown) => reason);
  expect(["SlowDown", "ETIMEDOUT"]).toContain(failureCode(error));
  expect(performance.now() - from).toBeLessThan(DEADLINES.totalMs + ENDS_MS);
});
