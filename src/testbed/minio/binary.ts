import { spawn } from "node:child_process";
import { access, constants, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Commit of a release; its go.sum pins the modules. */
const MINIO_VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c";

const LOCK_POLL_MS = 1_000;
const LOCK_WAIT_MS = 15 * 60_000;
const PROGRESS_MS = 10_000;

export type Log = (line: string) => void;
export type Variables = Readonly<Record<string, string | undefined>>;

/** Path of the built MinIO, kept for later runs of this user. */
export function cachedBinary(env: Variables): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "assay", `minio-${MINIO_VERSION}`, "minio");
}

/** Path of a program on the PATH; null if it is missing. */
export async function onPath(program: string, env: Variables): Promise<string | null> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    if (folder !== "" && (await executable(join(folder, program)))) return join(folder, program);
  }
  return null;
}

/**
 * Finds a MinIO on the PATH or in the cache, or builds it with Go (about three minutes, once). Null
 * if none is available.
 */
export async function findBinary(
  env: Variables,
  log: Log,
  signal?: AbortSignal,
): Promise<string | null> {
  const found = await foundBinary(env);
  if (found !== null) return found;
  const cached = cachedBinary(env);
  const go = await onPath("go", env);
  if (go === null) return null;
  return withLock(cached, () => build(go, cached, env, log, signal), log, signal);
}

/** Finds a MinIO on the PATH or in the cache; null if there is none. */
export async function foundBinary(env: Variables): Promise<string | null> {
  const installed = await onPath("minio", env);
  if (installed !== null) return installed;
  const cached = cachedBinary(env);
  return (await executable(cached)) ? cached : null;
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Ensures that only one of several processes builds the binary. */
async function withLock(
  cached: string,
  work: () => Promise<string | null>,
  log: Log,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const lock = `${cached}.lock`;
  await mkdir(join(cached, ".."), { recursive: true });
  for (let waited = 0; waited < LOCK_WAIT_MS; waited += LOCK_POLL_MS) {
    if (signal?.aborted) return null;
    const mine = await writeFile(lock, String(process.pid), { flag: "wx" }).then(
      () => true,
      () => false,
    );
    if (mine) {
      try {
        return (await executable(cached)) ? cached : await work();
      } finally {
        await rm(lock, { force: true });
      }
    }
    if (waited === 0) log("another process is building MinIO: waiting for it");
    if (!(await holderLives(lock))) await rm(lock, { force: true });
    await sleep(LOCK_POLL_MS);
  }
  return null;
}

async function holderLives(lock: string): Promise<boolean> {
  try {
    const pid = Number(await readFile(lock, "utf8"));
    // A lock is empty between its creation and its first write.
    if (pid === 0) return true;
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function build(
  go: string,
  cached: string,
  env: Variables,
  log: Log,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  log(`building MinIO ${MINIO_VERSION} with \`go install\`: about three minutes, once`);
  const folder = `${cached}.build-${process.pid}`;
  await mkdir(folder, { recursive: true });
  try {
    const parameters = ["install", "-v", "-ldflags=-s -w"];
    const failed = await runGo(
      go,
      [...parameters, `github.com/minio/minio@${MINIO_VERSION}`],
      { ...env, GOBIN: folder },
      log,
      signal,
    );
    if (failed !== null) {
      log(`cannot build MinIO: ${failed}`);
      return null;
    }
    await rename(join(folder, "minio"), cached);
    log(`MinIO is built and kept at ${cached}`);
    return cached;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs Go with periodic progress lines; resolves with its last lines if it failed. */
function runGo(
  go: string,
  parameters: string[],
  env: Variables,
  log: Log,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(go, parameters, {
      env,
      stdio: ["ignore", "ignore", "pipe"],
      ...(signal === undefined ? {} : { signal }),
    });
    const begun = performance.now();
    let packages = 0;
    let last = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const lines = text.split("\n").filter((line) => line.trim() !== "");
      packages += lines.length;
      last = lines.at(-1) ?? last;
    });
    const timer = setInterval(() => {
      const seconds = Math.round((performance.now() - begun) / 1000);
      log(`building MinIO: ${packages} packages and modules after ${seconds} s`);
    }, PROGRESS_MS);
    child.on("error", (error) => {
      clearInterval(timer);
      resolve(error.message);
    });
    child.on("close", (code) => {
      clearInterval(timer);
      resolve(code === 0 ? null : last);
    });
  });
}
