import { randomBytes } from "node:crypto";
import { CreateBucketCommand, PutBucketVersioningCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, inject } from "vitest";
import type { Minio } from "../scripts/minio/endpoint.ts";
import { startMinio } from "../scripts/minio.ts";
import type { BucketAddress } from "../src/model/target/target.ts";
import { makeClient } from "../src/s3/client.ts";
import { setEnvironment } from "./env.ts";
import type { ServerName, Started } from "./servers.ts";

/** A real endpoint for the tests of one file; its credentials are in the environment. */
export interface TestBucket {
  /** False where there is no MinIO; the reason was printed. */
  readonly available: boolean;
  readonly minio: Minio;
  readonly client: S3Client;
  /** An address in the bucket, under a prefix of its own unless told otherwise. */
  address(overrides?: Partial<BucketAddress>): BucketAddress;
}

/** Which endpoint a file needs. */
interface BucketOptions {
  /** MinIO itself, also where the environment names another endpoint. */
  readonly minio?: boolean;
  /** Served over https. */
  readonly tls?: boolean;
  /** A process that no other file uses, because this one stops it. */
  readonly alone?: boolean;
}

/** A bucket for the tests of one file, on a server that all files share unless one is `alone`. */
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

/** The server of a name, which all files share; it ends with the run. */
export async function serverNamed<Name extends ServerName>(name: Name): Promise<Started<Name>> {
  const response = await fetch(`${inject("servers")}/${name}`);
  return (await response.json()) as Started<Name>;
}

/** The same server with a bucket that no other file uses. */
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

/** Another bucket of the endpoint that keeps versions; its name. */
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
