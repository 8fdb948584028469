// @module-tag system
import { randomBytes } from "node:crypto";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClient } from "../../../src/s3/client.ts";
import { startEmbedded } from "../../../src/testbed/embedded/embedded.ts";
import type { Minio } from "../../../src/testbed/minio/endpoint.ts";
import { assay, onlyRun } from "../../cli/assay.ts";
import { makeBench } from "../../cli/bench.ts";
import { setEnvironment } from "../../env.ts";

let server: Minio;
let client: S3Client;
let before: ReturnType<typeof setEnvironment>;
beforeAll(async () => {
  const started = await startEmbedded();
  if ("unavailable" in started) throw new Error(started.unavailable);
  server = started;
  before = setEnvironment(started.environment);
  const { endpoint, region, bucket } = started;
  client = makeClient(
    { endpoint, region, bucket, prefix: "", pathStyle: true },
    { connections: 2, retries: 0 },
  );
}, 60_000);
afterAll(async () => {
  client?.destroy();
  if (before !== undefined) setEnvironment(before);
  await server?.stop();
});

const bytesOf = async (key: string, range?: string): Promise<Buffer> => {
  const asked = {
    Bucket: server.bucket,
    Key: key,
    ...(range === undefined ? {} : { Range: range }),
  };
  const { Body } = await client.send(new GetObjectCommand(asked));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

describe("the embedded S3 server", () => {
  it("returns the bytes of an object and of its ranges", async () => {
    const body = randomBytes(12 * 2 ** 20);
    await client.send(new PutObjectCommand({ Bucket: server.bucket, Key: "r/a b&c", Body: body }));
    expect((await bytesOf("r/a b&c")).equals(body)).toBe(true);
    expect((await bytesOf("r/a b&c", "bytes=0-0")).equals(body.subarray(0, 1))).toBe(true);
    expect((await bytesOf("r/a b&c", "bytes=100-4195")).equals(body.subarray(100, 4196))).toBe(
      true,
    );
    expect((await bytesOf("r/a b&c", "bytes=-7")).equals(body.subarray(-7))).toBe(true);
  });

  it("lists keys in pages, as objects and as versions, and deletes them in batches", async () => {
    const { bucket } = server;
    const keys = ["1", "2&", "3"].map((name) => `list/${name}`);
    for (const Key of keys) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "x" }));
    }
    const first = { Bucket: bucket, Prefix: "list/", MaxKeys: 2 };
    const page = await client.send(new ListObjectsV2Command(first));
    expect([page.IsTruncated, page.Contents?.map(({ Key }) => Key)]).toEqual([
      true,
      keys.slice(0, 2),
    ]);
    const ContinuationToken = page.NextContinuationToken;
    const second = await client.send(new ListObjectsV2Command({ ...first, ContinuationToken }));
    expect([second.IsTruncated, second.Contents?.map(({ Key }) => Key)]).toEqual([
      false,
      keys.slice(2),
    ]);
    const versions = await client.send(new ListObjectVersionsCommand(first));
    expect(versions.Versions?.map(({ Key, VersionId }) => [Key, VersionId])).toEqual(
      keys.slice(0, 2).map((key) => [key, "null"]),
    );
    const KeyMarker = versions.NextKeyMarker;
    const rest = await client.send(new ListObjectVersionsCommand({ ...first, KeyMarker }));
    expect(rest.Versions?.map(({ Key }) => Key)).toEqual(keys.slice(2));
    const Objects = keys.map((Key) => ({ Key }));
    await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
    expect((await client.send(new ListObjectsV2Command(first))).KeyCount).toBe(0);
  });

  it("refuses what it lacks instead of treating it as another request", async () => {
    const asked = { Bucket: server.bucket, Key: "tagged" };
    await client.send(new PutObjectCommand({ ...asked, Body: "content" }));
    const Tagging = { TagSet: [{ Key: "k", Value: "v" }] };
    const tagging = client.send(new PutObjectTaggingCommand({ ...asked, Tagging }));
    await expect(tagging.catch(nameOf)).resolves.toBe("NotImplemented");
    const rare = new PutObjectCommand({ ...asked, Body: "y", StorageClass: "GLACIER" });
    await expect(client.send(rare).catch(nameOf)).resolves.toBe("InvalidStorageClass");
    expect(String(await bytesOf("tagged"))).toBe("content");
    const other = await fetch(`${server.endpoint}/${server.bucket}/tagged`);
    expect(other.status).toBe(403);
  });
});

describe("the engines on the embedded S3 server", () => {
  it.each(["s3-wire", "s3-sdk"])("serves all common operations of %s", async (engine) => {
    const bench = makeBench();
    const target = [`s3://${server.bucket}/${engine}`, "--endpoint", server.endpoint];
    const kind = ["--kind", "s3-compatible", "--set", `defaults.engine=${engine}`];
    const quiet = [
      "--set",
      "defaults.thresholds=[errors == 0]",
      "--set",
      "defaults.duration=300ms",
    ];
    const args = ["run", "smoke", "-q", "-t", ...target, ...kind, ...quiet];
    const ended = await assay(args, bench);
    expect([ended.code, ended.stderr]).toEqual([0, ""]);
    const run = onlyRun(bench.results);
    expect(run.phases.map(({ errors }) => errors.length)).toEqual(run.phases.map(() => 0));
    expect(run.warnings.map(({ code }) => code)).not.toContain("uploads-unknown");
  });

  it("serves multipart uploads and downloads, and lists and aborts open ones", async () => {
    const bench = makeBench();
    const sizes = { OBJECT_SIZE: "40MiB", OBJECT_COUNT: "1", DURATION: "300ms", WARMUP: "0s" };
    const target = [`s3://${server.bucket}/m`, "--endpoint", server.endpoint];
    for (const scenario of ["multipart-upload", "multipart-download"]) {
      const args = ["run", scenario, "-q", "-t", ...target, "--kind", "s3-compatible"];
      const ended = await assay(args, { ...bench, env: sizes });
      expect([scenario, ended.code, ended.stderr]).toEqual([scenario, 0, ""]);
    }
    const left = { Bucket: server.bucket, Prefix: "m" };
    expect((await client.send(new ListObjectsV2Command(left))).KeyCount).toBe(0);
  });
});
