/**
 * Parts that every started server needs. This file finds a server's program on the PATH or builds
 * it with Go, `certificate.ts` makes a self-signed certificate, and `port.ts` reserves a port of
 * the loopback. `start.ts` starts a server on such a port and waits until it responds.
 */

import { spawn } from "node:child_process";
import { access, constants, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const LOCK_POLL_MS = 1_000;
const LOCK_WAIT_MS = 15 * 60_000;
const PROGRESS_MS = 10_000;

/** A program that Go builds from a pinned version of its module. */
export interface GoProgram {
  /** Name in messages. */
  readonly title: string;
  /** File name, also on the PATH. */
  readonly name: string;
  readonly module: string;
  /** Version or commit; its go.sum pins the modules. */
  readonly version: string;
  /** Time of a build, as text. */
  readonly takes: string;
}

/** A server that cannot be provided. */
export interface Unavailable {
  /** Reason and remedy in one sentence. */
  readonly unavailable: string;
}

export type Log = (line: string) => void;
export type Variables = Readonly<Record<string, string | undefined>>;

/** Path of the built program, kept for later runs of this user. */
function cachedBinary({ name, version }: GoProgram, env: Variables): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "assay", `${name}-${version}`, name);
}

/** Path of a program on the PATH; null if it is missing. */
export async function onPath(program: string, env: Variables): Promise<string | null> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    if (folder !== "" && (await executable(join(folder, program)))) return join(folder, program);
  }
  return null;
}

/**
 * Finds a program on the PATH or in the cache, or builds it with Go (minutes, once). Null if none
 * is available.
 */
export async function findBinary(
  program: GoProgram,
  env: Variables,
  log: Log,
  signal?: AbortSignal,
): Promise<string | null> {
  const found = await foundBinary(program, env);
  if (found !== null) return found;
  const go = await onPath("go", env);
  if (go === null) return null;
  const job: Build = { program, cached: cachedBinary(program, env), env, log, signal };
  return withLock(job, () => build(go, job));
}

/** Finds a program on the PATH or in the cache; null if there is none. */
export async function foundBinary(program: GoProgram, env: Variables): Promise<string | null> {
  const installed = await onPath(program.name, env);
  if (installed !== null) return installed;
  const cached = cachedBinary(program, env);
  return (await executable(cached)) ? cached : null;
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

interface Build {
  readonly program: GoProgram;
  readonly cached: string;
  readonly env: Variables;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
}

/** Ensures that only one of several processes builds the binary. */
async function withLock(
  { program, cached, log, signal }: Build,
  work: () => Promise<string | null>,
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
    if (waited === 0) log(`another process is building ${program.title}: waiting for it`);
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

async function build(go: string, job: Build): Promise<string | null> {
  const { program, cached, log } = job;
  const { title, name, module, version, takes } = program;
  log(`building ${title} ${version} with \`go install\`: ${takes}, once`);
  const folder = `${cached}.build-${process.pid}`;
  await mkdir(folder, { recursive: true });
  try {
    const parameters = ["install", "-v", "-ldflags=-s -w", `${module}@${version}`];
    const failed = await runGo(go, parameters, folder, job);
    if (failed !== null) {
      log(`cannot build ${title}: ${failed}`);
      return null;
    }
    await rename(join(folder, name), cached);
    log(`${title} is built and kept at ${cached}`);
    return cached;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs Go with periodic progress lines; resolves with its last lines if it failed. */
function runGo(
  go: string,
  parameters: readonly string[],
  folder: string,
  { program, env, log, signal }: Build,
): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(go, parameters, {
      env: { ...env, GOBIN: folder },
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
      log(`building ${program.title}: ${packages} packages and modules after ${seconds} s`);
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
