import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { failureMessage } from "../../s3/failure/failure.ts";
import type { Unavailable, Variables } from "../program/program.ts";

export const REGION = "us-east-1";

/** A running S3 endpoint with a bucket. */
export interface Minio {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly caPath: string | null;
  /** MinIO's process id; null for an existing endpoint. */
  readonly pid: number | null;
  /** Environment for a client: ASSAY_S3_ENDPOINT, ASSAY_S3_BUCKET and AWS_*. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

type Reachable = Omit<Minio, "pid" | "environment" | "stop">;

/** Uses an existing endpoint; without a given bucket, makes one and removes it afterwards. */
export async function useEndpoint(endpoint: string, env: Variables): Promise<Minio | Unavailable> {
  const accessKey = env.AWS_ACCESS_KEY_ID ?? "";
  const secretKey = env.AWS_SECRET_ACCESS_KEY ?? "";
  if (accessKey === "" || secretKey === "") {
    return {
      unavailable:
        "ASSAY_S3_ENDPOINT is set, but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not; " +
        "set them too",
    };
  }
  const given = env.ASSAY_S3_BUCKET || null;
  const bucket = given ?? `assay-${randomBytes(6).toString("hex")}`;
  const region = env.AWS_REGION || REGION;
  const minio = { endpoint, region, bucket, accessKey, secretKey, caPath: null, pid: null };
  try {
    if (given === null) await makeBucket(minio);
  } catch (error) {
    return { unavailable: `cannot make a bucket at ${endpoint}: ${failureMessage(error)}` };
  }
  const stop = async () => {
    if (given === null) await removeBucket(minio);
  };
  return { ...minio, environment: environmentOf(minio), stop };
}

export function environmentOf(minio: Reachable): Readonly<Record<string, string>> {
  return {
    ASSAY_S3_ENDPOINT: minio.endpoint,
    ASSAY_S3_BUCKET: minio.bucket,
    AWS_REGION: minio.region,
    AWS_ACCESS_KEY_ID: minio.accessKey,
    AWS_SECRET_ACCESS_KEY: minio.secretKey,
    ...(minio.caPath === null ? {} : { NODE_EXTRA_CA_CERTS: minio.caPath }),
  };
}

function clientOf(minio: Reachable): S3Client {
  const credentials = { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey };
  const { endpoint, region, caPath } = minio;
  const requestHandler =
    caPath === null ? {} : { httpsAgent: { ca: readFileSync(caPath, "utf8") } };
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true, requestHandler });
}

export async function makeBucket(minio: Reachable): Promise<void> {
  const client = clientOf(minio);
  try {
    await client.send(new CreateBucketCommand({ Bucket: minio.bucket }));
  } finally {
    client.destroy();
  }
}

async function removeBucket(minio: Reachable): Promise<void> {
  const client = clientOf(minio);
  try {
    await client.send(new DeleteBucketCommand({ Bucket: minio.bucket }));
  } finally {
    client.destroy();
  }
}
