/**
 * Provides a MinIO. `binary.ts` names the program that is found or built, `server.ts` starts it,
 * and `endpoint.ts` provides an address, credentials and a bucket.
 */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  findBinary,
  foundBinary,
  type Log,
  onPath,
  type Unavailable,
  type Variables,
} from "../program/program.ts";
import { MINIO_PROGRAM } from "./binary.ts";
import { environmentOf, type Minio, makeBucket, REGION, useEndpoint } from "./endpoint.ts";
import { type Program, startServer } from "./server.ts";

const IMAGE = "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z";

/** Options to start MinIO. */
export interface MinioOptions {
  /** Logs progress and problems, without secrets. */
  readonly log?: Log;
  /** Serve https with a self-signed certificate. */
  readonly tls?: boolean;
  /** Accept `<bucket>.<domain>` too. */
  readonly domain?: string;
  /** Aborts a build of MinIO. */
  readonly signal?: AbortSignal;
  /** Whether to build MinIO with Go if it is missing (default: true). */
  readonly builds?: boolean;
  /** Ignore the endpoint in the environment. */
  readonly own?: boolean;
}

/**
 * Provides a MinIO for tests and the quickstart: the endpoint in the environment, else a new server
 * on the loopback with random credentials and a temporary data directory. It ends with `stop`, and
 * also if this process is killed.
 */
export async function startMinio(options: MinioOptions = {}): Promise<Minio | Unavailable> {
  const named = process.env.ASSAY_S3_ENDPOINT;
  if (named !== undefined && named !== "" && options.own !== true) {
    return useEndpoint(named, process.env);
  }
  const log = options.log ?? (() => {});
  const program = await findProgram(process.env, log, options);
  if (program === null) {
    return {
      unavailable:
        "there is no MinIO: install `minio` or Go (which builds it in three minutes), start " +
        "Docker, or set ASSAY_S3_ENDPOINT and AWS_* credentials",
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
  { signal, builds = true }: MinioOptions,
): Promise<Program | null> {
  const binary = builds
    ? await findBinary(MINIO_PROGRAM, env, log, signal)
    : await foundBinary(MINIO_PROGRAM, env);
  if (binary !== null) return { kind: "binary", path: binary };
  if (signal?.aborted) return null;
  const docker = await onPath("docker", env);
  if (docker === null || (await run(docker, ["info"], env)) !== 0) return null;
  log(`starting MinIO from the image ${IMAGE}`);
  return { kind: "docker", path: docker, image: IMAGE };
}

/** Exit code of a program without output; 127 if it cannot be started. */
function run(path: string, parameters: string[], env: Variables): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(path, parameters, { env, stdio: "ignore", timeout: 10_000 });
    child.on("error", () => resolve(127));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
