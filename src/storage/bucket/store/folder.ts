import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { orAborted } from "../../../model/abort.ts";
import { PreflightError } from "../../../model/fault/errors.ts";
import { bucketLabel } from "../../../s3/failure/failure.ts";
import { NO_MANIFEST } from "../../ownership/leftover.ts";
import { isHeld } from "../../ownership/lock.ts";
import {
  isRunId,
  MANIFEST_NAME,
  MAX_MANIFEST_BYTES,
  type Manifest,
  manifestText,
  parseManifest,
  runFolder,
} from "../../ownership/manifest.ts";
import { inParallel } from "./in-parallel.ts";
import { listFolders, listObjects } from "./listing.ts";
import {
  explained,
  IN_FLIGHT,
  nullFor,
  request,
  type Store,
  send,
  UnreachableError,
} from "./store.ts";

/** A run found in a bucket. */
export interface FoundRun {
  readonly runId: string;
  /** Key prefix, ending in a slash. */
  readonly root: string;
  /** Null if there is no valid manifest; `problem` gives the reason. */
  readonly manifest: Manifest | null;
  readonly problem: string | null;
  /** Time of the manifest's last write in ms since the epoch, by the server's clock. */
  readonly writtenMs: number;
}

/** Maximum runs below one prefix. */
const MAX_RUNS = 10_000;

/** Thrown if objects exist below the prefix of a new run. */
export class TakenError extends PreflightError {}

/** Key prefix of a run, ending in a slash. */
export function runRoot(store: Store, runId: string): string {
  return `${store.address.prefix}${runFolder(runId)}/`;
}

/** URI of a key or prefix, for messages: `s3://bucket/key`. */
export function s3Uri(store: Store, key: string): string {
  return `s3://${store.address.bucket}/${key}`;
}

/** Throws TakenError if an object exists below a run's prefix. */
export async function checkFree(
  store: Store,
  runId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const root = runRoot(store, runId);
  for await (const page of listObjects(store, root, signal)) {
    if (page.length > 0) throw taken(store, root, runId);
  }
}

/** Writes the manifest of a new run; throws TakenError instead of overwriting another one. */
export async function createRun(
  store: Store,
  root: string,
  manifest: Manifest,
  signal: AbortSignal | undefined,
): Promise<void> {
  const key = root + MANIFEST_NAME;
  const text = manifestText(manifest);
  if (await writeText(store, key, text, true, signal)) return;
  // A retry finds the manifest of the first attempt, if only its response was lost.
  const found = await readText(store, key, signal);
  if (found?.text !== text) throw taken(store, root, manifest.runId);
}

function taken(store: Store, root: string, runId: string): TakenError {
  return new TakenError(
    `${bucketLabel(store.address)} already has objects below ${root}; if an earlier run left ` +
      `them, \`assay clean ${runId}\` removes them`,
  );
}

/** Replaces the manifest of a run. */
export async function writeManifest(
  store: Store,
  root: string,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<void> {
  await writeText(store, root + MANIFEST_NAME, manifestText(manifest), false, signal);
}

/** Finds the runs below a bucket and prefix, in order of name. */
export async function findRuns(
  store: Store,
  signal: AbortSignal | undefined,
): Promise<readonly FoundRun[]> {
  const { prefix } = store.address;
  const begin = prefix + runFolder("");
  const ids: string[] = [];
  for await (const page of listFolders(store, store.express ? prefix : begin, signal)) {
    for (const folder of page) {
      const runId = folder.startsWith(begin) ? folder.slice(begin.length, -1) : "";
      if (isRunId(runId)) ids.push(runId);
    }
    if (ids.length > MAX_RUNS) throw tooMany(store, begin);
  }
  const runs: FoundRun[] = [];
  ids.sort();
  await inParallel(ids.length, IN_FLIGHT, async (i) => {
    runs[i] = await readRun(store, ids[i] ?? "", signal);
  });
  return runs;
}

function tooMany(store: Store, begin: string): PreflightError {
  return new PreflightError(
    `${bucketLabel(store.address)} has more than ${MAX_RUNS} prefixes that start with ${begin}; ` +
      "remove those you do not need, or use another prefix",
  );
}

/** Reads the manifest below the prefix of one run. */
export async function readRun(
  store: Store,
  runId: string,
  signal: AbortSignal | undefined,
): Promise<FoundRun> {
  const root = runRoot(store, runId);
  const unusable = (problem: string) => ({ runId, root, manifest: null, problem, writtenMs: 0 });
  let found: Awaited<ReturnType<typeof readText>>;
  try {
    found = await readText(store, root + MANIFEST_NAME, signal);
  } catch (error) {
    // A run that cannot be read must not hide the others; an unreachable endpoint affects all.
    if (error instanceof UnreachableError || signal?.aborted === true) throw error;
    if (!(error instanceof PreflightError)) throw error;
    return unusable(`has a manifest that could not be read (${error.message})`);
  }
  if (found === null) return unusable(NO_MANIFEST);
  const parsed = parseManifest(found.text);
  if ("invalid" in parsed) return unusable(`has a manifest that ${parsed.invalid}`);
  if (parsed.runId !== runId) return unusable(`has the manifest of run ${parsed.runId}`);
  return { runId, root, manifest: parsed, problem: null, writtenMs: found.writtenMs };
}

/** Whether the process that holds a run's data still runs; `nowMs` is by the server's clock. */
export function isLive(found: FoundRun, nowMs: number): boolean {
  return isHeld(found.manifest?.holder ?? null, nowMs - found.writtenMs);
}

/** Reads a small text object and the time of its last write; null if it does not exist. */
async function readText(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly text: string; readonly writtenMs: number } | null> {
  const command = new GetObjectCommand({ Bucket: store.address.bucket, Key: key });
  const read = async () => {
    const response = await send(store, command, signal);
    const whole = readBody(response.Body, response.ContentLength ?? 0);
    const text = await (signal === undefined ? whole : orAborted(whole, signal));
    return { text, writtenMs: response.LastModified?.getTime() ?? 0 };
  };
  return explained(store, command, signal, read, nullFor("NoSuchKey"));
}

async function readBody(body: unknown, length: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = length;
  if (bytes <= MAX_MANIFEST_BYTES && isStream(body)) {
    bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > MAX_MANIFEST_BYTES) break;
      chunks.push(chunk);
    }
  }
  if (bytes <= MAX_MANIFEST_BYTES) return Buffer.concat(chunks).toString();
  throw new PreflightError(`it is larger than ${MAX_MANIFEST_BYTES} bytes`);
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

/** Writes a small text object; with `onlyNew`, returns false if it already exists. */
async function writeText(
  store: Store,
  key: string,
  text: string,
  onlyNew: boolean,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const put = { Bucket: store.address.bucket, Key: key, Body: text };
  if (onlyNew) {
    const command = new PutObjectCommand({ ...put, IfNoneMatch: "*" });
    const write = () => send(store, command, signal);
    const failed = (code: string) =>
      code === "PreconditionFailed" || code === "NotImplemented" ? code : undefined;
    const result = await explained(store, command, signal, write, failed);
    // Some servers lack conditional writes; there, only the caller's listing protects objects.
    if (result !== "NotImplemented") return result !== "PreconditionFailed";
  }
  await request(store, new PutObjectCommand(put), signal);
  return true;
}
