import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { failureMessage } from "../src/s3/failure/failure.ts";
import { findBinary, type Log, onPath, type Variables } from "./minio/binary.ts";
import { runCommand } from "./minio/command.ts";
import { type Program, startServer } from "./minio/server.ts";

const IMAGE = "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z";
const REGION = "us-east-1";

export interface MinioOptions {
  /** Where progress and problems are told; nothing secret is. */
  readonly log?: Log;
  /** Serve https with a self-signed certificate. */
  readonly tls?: boolean;
  /** Answer to `<bucket>.<domain>` as well. */
  readonly domain?: string;
  /** Ends a build of MinIO that is under way. */
  readonly signal?: AbortSignal;
  /** Never use the endpoint that the environment names. */
  readonly own?: boolean;
}

/** A running S3 endpoint with a bucket, and how to reach it. */
export interface Minio {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly caPath: string | null;
  /** MinIO's process; null where the endpoint was there already. */
  readonly pid: number | null;
  /** What a process needs to use it: ASSAY_S3_ENDPOINT, ASSAY_S3_BUCKET and AWS_*. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

export interface Unavailable {
  /** One sentence: why there is none and how to get one. */
  readonly unavailable: string;
}

/**
 * A MinIO for tests and the quickstart: the endpoint named in the environment, else a server of
 * its own on the loopback with random credentials and data in a temporary folder. It is gone when
 * it is stopped, and also when this process is killed.
 */
export async function startMinio(options: MinioOptions = {}): Promise<Minio | Unavailable> {
  const named = process.env.ASSAY_S3_ENDPOINT;
  if (named !== undefined && named !== "" && options.own !== true) {
    return useEndpoint(named, process.env);
  }
  const log = options.log ?? (() => {});
  const program = await findProgram(process.env, log, options.signal);
  if (program === null) {
    return {
      unavailable:
        "there is no MinIO: install `minio` or Go (which builds it in three minutes), start " +
        "Docker, or name an endpoint as ASSAY_S3_ENDPOINT with AWS_* credentials",
    };
  }
  const accessKey = `assay${randomBytes(8).toString("hex")}`;
  const secretKey = randomBytes(24).toString("hex");
  const server = await startServer({
    program,
    accessKey,
    secretKey,
    tls: options.tls ?? false,
    domain: options.domain ?? null,
  });
  if ("failed" in server) return { unavailable: `MinIO did not start: ${server.failed}` };
  const address = { endpoint: server.endpoint, region: REGION, bucket: "assay" };
  const minio = { ...address, accessKey, secretKey, caPath: server.caPath, pid: server.pid };
  await makeBucket(minio);
  return { ...minio, environment: environmentOf(minio), stop: server.stop };
}

async function findProgram(
  env: Variables,
  log: Log,
  signal: AbortSignal | undefined,
): Promise<Program | null> {
  const binary = await findBinary(env, log, signal);
  if (binary !== null) return { kind: "binary", path: binary };
  if (signal?.aborted) return null;
  const docker = await onPath("docker", env);
  if (docker === null || (await run(docker, ["info"], env)) !== 0) return null;
  log(`starting MinIO from the image ${IMAGE}`);
  return { kind: "docker", path: docker, image: IMAGE };
}

type Reachable = Omit<Minio, "pid" | "environment" | "stop">;

/** Without a bucket of the user's, one is made there and taken away again. */
async function useEndpoint(endpoint: string, env: Variables): Promise<Minio | Unavailable> {
  const accessKey = env.AWS_ACCESS_KEY_ID ?? "";
  const secretKey = env.AWS_SECRET_ACCESS_KEY ?? "";
  if (accessKey === "" || secretKey === "") {
    return {
      unavailable:
        "ASSAY_S3_ENDPOINT names an endpoint, but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY " +
        "are not set with it",
    };
  }
  const given = env.ASSAY_S3_BUCKET || null;
  const bucket = given ?? `assay-${randomBytes(6).toString("hex")}`;
  const region = env.AWS_REGION || REGION;
  const minio = { endpoint, region, bucket, accessKey, secretKey, caPath: null, pid: null };
  try {
    if (given === null) await makeBucket(minio);
  } catch (error) {
    return { unavailable: `no bucket can be made at ${endpoint}: ${failureMessage(error)}` };
  }
  const stop = async () => {
    if (given === null) await removeBucket(minio);
  };
  return { ...minio, environment: environmentOf(minio), stop };
}

function environmentOf(minio: Reachable): Readonly<Record<string, string>> {
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

async function makeBucket(minio: Reachable): Promise<void> {
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

/** Exit code of a program that prints to nowhere, or 127 when it cannot be started. */
function run(path: string, parameters: string[], env: Variables): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(path, parameters, { env, stdio: "ignore", timeout: 10_000 });
    child.on("error", () => resolve(127));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

if (import.meta.main) process.exitCode = await runCommand(process.argv.slice(2), startMinio);
