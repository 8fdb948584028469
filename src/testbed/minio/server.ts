import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { get } from "node:http";
import { get as getSecure } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { messageOf } from "../../model/fault/errors.ts";
import { keep } from "../foreground/keeper.ts";
import { reservePort } from "./port.ts";

const START_ATTEMPTS = 5;
const READY_DEADLINE_MS = 30_000;
const READY_POLL_MS = 50;
const PROBE_TIMEOUT_MS = 2_000;

/** Program of the server: a binary, or an image with Docker. */
export type Program =
  | { readonly kind: "binary"; readonly path: string }
  | { readonly kind: "docker"; readonly path: string; readonly image: string };

export interface ServerOptions {
  readonly program: Program;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Serve https with a self-signed certificate. */
  readonly tls: boolean;
  /** Accept `<bucket>.<domain>` too. */
  readonly domain: string | null;
}

/** A started MinIO. */
export interface Server {
  readonly endpoint: string;
  readonly caPath: string | null;
  /** Process id of MinIO, or of the Docker client that runs its container. */
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts MinIO on a port of the loopback that stays reserved until `stop`, even if MinIO is killed.
 * Returns the reason if it does not start.
 */
export async function startServer(options: ServerOptions): Promise<Server | { failed: string }> {
  let failed = "";
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    const { port, release } = await reservePort();
    const started = await startOnce(options, port);
    if (!("failed" in started)) {
      const stop = () => started.stop().finally(release);
      return { ...started, stop };
    }
    release();
    failed = started.failed;
    // Retry only if another process took the port.
    if (!/address.*in use|port is already allocated/i.test(failed)) break;
  }
  return { failed };
}

async function startOnce(
  options: ServerOptions,
  port: number,
): Promise<Server | { failed: string }> {
  const folder = await mkdtemp(join(tmpdir(), "assay-minio-"));
  const certificate = options.tls ? await makeCertificate(join(folder, "certs")) : null;
  if (certificate !== null && "failed" in certificate) {
    await rm(folder, { recursive: true, force: true });
    return certificate;
  }
  const [signal, ...server] = command(options, folder, port);
  const kept = await keep(folder, signal, server, serverEnvironment(options, folder));
  const { pid, words } = kept;
  const stop = () => kept.stop();
  const scheme = certificate === null ? "http" : "https";
  const endpoint = `${scheme}://${options.domain ?? "127.0.0.1"}:${port}`;
  const probe = `${scheme}://127.0.0.1:${port}/minio/health/live`;
  const deadline = performance.now() + READY_DEADLINE_MS;
  while (!words.ended && performance.now() < deadline) {
    if (await answers(probe, certificate)) {
      return { endpoint, caPath: certificate?.path ?? null, pid, stop };
    }
    await sleep(READY_POLL_MS);
  }
  await stop();
  return { failed: words.text.trim() || "it did not respond in time" };
}

function command(
  options: ServerOptions,
  folder: string,
  port: number,
): ["TERM" | "KILL", ...string[]] {
  const { program } = options;
  if (program.kind === "docker") {
    const names = [
      "MINIO_ROOT_USER",
      "MINIO_ROOT_PASSWORD",
      "MINIO_BROWSER",
      "MINIO_DOMAIN",
    ].concat("MINIO_KMS_SECRET_KEY");
    const variables = names.flatMap((name) => ["-e", name]);
    const mount = options.tls ? ["-v", `${join(folder, "certs")}:/root/.minio/certs:ro`] : [];
    const run = [program.path, "run", "--rm", "-p", `127.0.0.1:${port}:9000`, ...variables];
    // The client passes SIGTERM on to the container; SIGKILL would leave it running.
    return ["TERM", ...run, ...mount, program.image, "server", "/data"];
  }
  const address = ["--address", `127.0.0.1:${port}`, "--console-address", "127.0.0.1:0"];
  const certificates = ["--certs-dir", join(folder, "certs")];
  const server = [program.path, "server", "--quiet", ...address, ...certificates];
  return ["KILL", ...server, join(folder, "data")];
}

/** Environment of the server: only the caller's PATH, not the caller's credentials. */
function serverEnvironment(options: ServerOptions, folder: string): Record<string, string> {
  const docker = Object.entries(process.env).filter(([name]) => name.startsWith("DOCKER_"));
  return {
    ...Object.fromEntries(docker.map(([name, value]) => [name, value ?? ""])),
    PATH: process.env.PATH ?? "",
    HOME: options.program.kind === "docker" ? (process.env.HOME ?? folder) : folder,
    MINIO_ROOT_USER: options.accessKey,
    MINIO_ROOT_PASSWORD: options.secretKey,
    MINIO_BROWSER: "off",
    MINIO_UPDATE: "off",
    MINIO_KMS_SECRET_KEY: `assay-test:${randomBytes(32).toString("base64")}`,
    MINIO_DOMAIN: options.domain ?? "",
  };
}

function answers(url: string, certificate: Certificate | null): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { timeout: PROBE_TIMEOUT_MS, agent: false };
    const request =
      certificate === null
        ? get(url, options)
        : getSecure(url, { ...options, ca: certificate.pem });
    request.on("response", (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
    request.on("close", () => resolve(false));
  });
}

/** A self-signed certificate. */
interface Certificate {
  readonly path: string;
  readonly pem: string;
}

/**
 * Makes a key and a self-signed certificate for the loopback under the names that MinIO expects.
 * Uses OpenSSL, because Node can make keys but not certificates.
 */
async function makeCertificate(folder: string): Promise<Certificate | { failed: string }> {
  const path = join(folder, "public.crt");
  try {
    await mkdir(folder, { recursive: true });
    await promisify(execFile)("openssl", [
      ...["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
      ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
      ...["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:*.localhost"],
      ...["-keyout", join(folder, "private.key"), "-out", path],
    ]);
    return { path, pem: await readFile(path, "utf8") };
  } catch (error) {
    return { failed: `cannot make a certificate with openssl (${messageOf(error)})` };
  }
}
