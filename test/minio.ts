import { randomBytes } from "node:crypto";
import { CreateBucketCommand, PutBucketVersioningCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, inject } from "vitest";
import type { BucketAddress } from "../src/model/target/target.ts";
import { makeClient } from "../src/s3/client.ts";
import type { Minio } from "../src/testbed/minio/endpoint.ts";
import { startMinio } from "../src/testbed/minio/minio.ts";
import { setEnvironment } from "./env.ts";
import type { ServerName, Started } from "./servers.ts";

/** A MinIO bucket for the tests of one file; its credentials are in the environment. */
export interface TestBucket {
  /** False if MinIO is not available; the reason is printed. */
  readonly available: boolean;
  readonly minio: Minio;
  readonly client: S3Client;
  /** Returns an address in the bucket, with a separate prefix by default. */
  address(overrides?: Partial<BucketAddress>): BucketAddress;
}

/** Requirements of a file for its endpoint. */
interface BucketOptions {
  /** MinIO, even if the environment names another endpoint. */
  readonly minio?: boolean;
  /** Served over HTTPS. */
  readonly tls?: boolean;
  /** A separate process, because this file stops it. */
  readonly alone?: boolean;
}

/** Returns a bucket for the tests of one file, on a shared server unless `alone` is set. */
export async function useMinio(options: BucketOptions = {}): Promise<TestBucket> {
  const { minio = false, tls = false, alone = false } = options;
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const isNamed = !minio && (process.env.ASSAY_S3_ENDPOINT ?? "") !== "";
  const shared = tls ? "minioTls" : isNamed ? "named" : "minio";
  const found = alone ? await startMinio({ log, own: true }) : await serverNamed(shared);
  if ("unavailable" in found) {
    log(`skipped: ${found.unavailable}`);
    return unavailable(found.unavailable);
  }
  const started = alone || isNamed ? found : await inOwnBucket(found);
  const { environment, caPath, endpoint, region, bucket } = started;
  const before = setEnvironment(environment);
  const address: TestBucket["address"] = (overrides = {}) => ({
    endpoint,
    region,
    bucket,
    prefix: `t${randomBytes(4).toString("hex")}/`,
    pathStyle: true,
    ...(caPath === null ? {} : { caPath }),
    ...overrides,
  });
  const client = makeClient(address(), { connections: 4, retries: 2 });
  afterAll(async () => {
    client.destroy();
    setEnvironment(before);
    if (alone) await found.stop();
  });
  return { available: true, minio: started, client, address };
}

/** Returns the shared server of a name; it ends with the test run. */
export async function serverNamed<Name extends ServerName>(name: Name): Promise<Started<Name>> {
  const response = await fetch(`${inject("servers")}/${name}`);
  return (await response.json()) as Started<Name>;
}

/** Returns the same server with a separate bucket. */
async function inOwnBucket(shared: Minio): Promise<Minio> {
  const bucket = `t-${randomBytes(6).toString("hex")}`;
  const { endpoint, region, caPath, environment } = shared;
  const before = setEnvironment(environment);
  const at = { endpoint, region, bucket, prefix: "", pathStyle: true };
  const client = makeClient(caPath === null ? at : { ...at, caPath }, {
    connections: 1,
    retries: 2,
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  setEnvironment(before);
  return { ...shared, bucket, environment: { ...environment, ASSAY_S3_BUCKET: bucket } };
}

/** Creates a bucket with versioning; returns its name. */
export async function makeVersioned({ client }: TestBucket): Promise<string> {
  const Bucket = `versions-${randomBytes(4).toString("hex")}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  return Bucket;
}

function unavailable(reason: string): TestBucket {
  const refuse = (): never => {
    throw new Error(reason);
  };
  return {
    available: false,
    get minio() {
      return refuse();
    },
    get client() {
      return refuse();
    },
    address: refuse,
  };
}
