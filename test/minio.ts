import { randomBytes } from "node:crypto";
import { CreateBucketCommand, PutBucketVersioningCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll } from "vitest";
import { type Minio, type MinioOptions, startMinio } from "../scripts/minio.ts";
import type { BucketAddress } from "../src/model/target/target.ts";
import { makeClient } from "../src/s3/client.ts";
import { setEnvironment } from "./env.ts";

/** A real endpoint for the tests of one file; its credentials are in the environment. */
export interface TestBucket {
  /** False where there is no MinIO; the reason was printed. */
  readonly available: boolean;
  readonly minio: Minio;
  readonly client: S3Client;
  /** An address in the bucket, under a prefix of its own unless told otherwise. */
  address(overrides?: Partial<BucketAddress>): BucketAddress;
}

/** Starts (or finds) an endpoint; it is gone after the file's last test. */
export async function useMinio(options: MinioOptions = {}): Promise<TestBucket> {
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const started = await startMinio({ log, ...options });
  if ("unavailable" in started) {
    log(`skipped: ${started.unavailable}`);
    return unavailable(started.unavailable);
  }
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
    await started.stop();
  });
  return { available: true, minio: started, client, address };
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
