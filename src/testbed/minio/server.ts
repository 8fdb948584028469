import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { get } from "node:http";
import { get as getSecure } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keep } from "../foreground/keeper.ts";
import { type Certificate, makeCertificate } from "../program/certificate.ts";
import { type Failed, startOnReservedPort, whenReady } from "../program/start.ts";

/** Names in the certificate; the last one is for buckets below the domain `localhost`. */
const NAMES = ["127.0.0.1", "localhost", "*.localhost"];
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
export async function startServer(options: ServerOptions): Promise<Server | Failed> {
  return startOnReservedPort((port) => startOnce(options, port));
}

async function startOnce(options: ServerOptions, port: number): Promise<Server | Failed> {
  const folder = await mkdtemp(join(tmpdir(), "assay-minio-"));
  const certificate = options.tls ? await makeCertificate(join(folder, "certs"), NAMES) : null;
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
  const ready = await whenReady(kept, async () => (await answers(probe, certificate)) || null);
  if (ready) return { endpoint, caPath: certificate?.path ?? null, pid, stop };
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
