import { join } from "node:path";
import { succeed } from "../runner/child.ts";
import { CpuTrace } from "../runner/cpu-trace.ts";
import { required } from "../runner/programs.ts";
import type { Bench } from "../runner/runner.ts";
import {
  objectsOf,
  PART_BYTES,
  type S3Load,
  type S3Sample,
  type S3Server,
  WARMUP_SECONDS,
} from "./load.ts";

/** Its commands for our operations, and its names of their requests. */
const COMMANDS = {
  fetch: { command: "get", requests: "GET" },
  create: { command: "put", requests: "PUT" },
  upload: { command: "multipart-put", requests: "PUTPART" },
  list: { command: "list", requests: "LIST" },
} as const;

/** Its own bucket: warp empties it before and after a run. */
const BUCKET = "warp";

/**
 * warp's options for a load. It makes its objects first and waits three seconds before the load,
 * which is longer by our warm-up.
 */
export function warpArguments(
  load: S3Load,
  { address, accessKey, secretKey }: S3Server,
  seconds: number,
  report: string,
): readonly string[] {
  const { operation, objectBytes, connections, partConcurrency, tls, hashed } = load;
  const objects = ["--objects", String(objectsOf(load)), "--obj.size", `${objectBytes}B`];
  const parts = objectBytes / PART_BYTES;
  const own = {
    fetch: objects,
    create: ["--obj.size", `${objectBytes}B`, "--disable-multipart"],
    upload: [
      ...["--parts", String(parts), "--part.size", `${PART_BYTES}B`],
      ...["--part.concurrent", String(partConcurrency)],
    ],
    list: objects,
  } as const;
  const sends = operation === "create" || operation === "upload";
  return [
    ...[COMMANDS[operation].command, "--json", "--no-color", "--benchdata", report],
    ...["--host", new URL(address.endpoint ?? "").host, "--region", address.region],
    ...["--access-key", accessKey, "--secret-key", secretKey, "--bucket", BUCKET],
    ...["--lookup", "path", "--concurrent", String(connections)],
    ...["--duration", `${seconds + WARMUP_SECONDS}s`, ...(tls ? ["--tls", "--insecure"] : [])],
    ...own[operation],
    ...(sends && !hashed ? ["--disable-sha256-payload"] : []),
  ];
}

/** One run of warp. Its rate is that of the whole load, CPU time that of its middle. */
export async function warpS3(
  load: S3Load,
  server: S3Server,
  seconds: number,
  { programs, space, signal }: Bench,
): Promise<S3Sample> {
  const { path } = required(programs, "warp");
  const parameters = warpArguments(load, server, seconds, join(space.root, "warp"));
  const trace = new CpuTrace();
  const { stdout } = await succeed("warp", [path, ...parameters], signal, trace);
  const { requests, bytes, fromMs, toMs } = parseWarp(stdout, COMMANDS[load.operation].requests);
  const perSecond = 1000 / (toMs - fromMs);
  // Its parts are requests; ours are operations on objects.
  const operations = load.operation === "upload" ? bytes / load.objectBytes : requests;
  const operationsPerSecond = operations * perSecond;
  const cpuNs = trace.steadyRate(fromMs, toMs) / operationsPerSecond;
  const cost = { cpuNsPerOperation: cpuNs, workerCpuNsPerOperation: cpuNs };
  return { operationsPerSecond, bytesPerSecond: bytes * perSecond, ...cost };
}

/** Reads the totals of one kind of requests from its report; instants in ms since 1970. */
export function parseWarp(text: string, requests: string) {
  // The lines before it are progress.
  const start = text.search(/^\{/m);
  if (start < 0) throw new Error(`warp printed no report: ${text.trim().slice(-500)}`);
  const report = JSON.parse(text.slice(start));
  const found = report.by_op_type?.[requests];
  if (found === undefined) {
    const kinds = Object.keys(report.by_op_type ?? {}).join(", ");
    throw new Error(`warp reported no ${requests} requests; it has: ${kinds}`);
  }
  if (found.total_errors > 0) throw new Error(`warp: ${found.total_errors} requests failed`);
  return {
    requests: Number(found.total_requests),
    bytes: Number(found.total_bytes),
    fromMs: Date.parse(found.start_time),
    toMs: Date.parse(found.end_time),
  };
}
