import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, constants, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { keep } from "../src/testbed/foreground/keeper.ts";

/** Release on PyPI; scenarios/instances.yaml is from the same one. */
const VERSION = "5.2.5";

const REGION = "eu-west-1";
const READY_DEADLINE_MS = 60_000;
const READY_POLL_MS = 50;

/** A running imitation of AWS's APIs (EC2, EFS, FSx, CloudWatch, S3). */
export interface Moto {
  readonly endpoint: string;
  /** Environment in which the SDK uses only this server. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts moto on a port of the loopback. It ends with `stop`, and also if this process is killed.
 * If it is not installed, the result says how to install it.
 */
export async function startMoto(): Promise<Moto | { readonly unavailable: string }> {
  const python = await findMoto(process.env);
  if (python === null) {
    const how = "run `node scripts/moto.ts --install` to get it from PyPI";
    return { unavailable: `moto, which imitates AWS's APIs, is not installed: ${how}` };
  }
  const folder = await mkdtemp(join(tmpdir(), "assay-moto-"));
  const command = [python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"];
  const env = { PATH: process.env.PATH ?? "", HOME: folder, PYTHONUNBUFFERED: "1" };
  const kept = await keep(folder, "KILL", command, env);
  const deadline = performance.now() + READY_DEADLINE_MS;
  while (!kept.words.ended && performance.now() < deadline) {
    const endpoint = /Running on (http:\/\/127\.0\.0\.1:[0-9]+)/.exec(kept.words.text)?.[1];
    if (endpoint !== undefined) {
      return { endpoint, environment: environmentOf(endpoint), stop: () => kept.stop() };
    }
    await sleep(READY_POLL_MS);
  }
  await kept.stop();
  return { unavailable: `moto did not start: ${kept.words.text.trim()}` };
}

function environmentOf(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: `assay${randomBytes(8).toString("hex")}`,
    AWS_SECRET_ACCESS_KEY: randomBytes(24).toString("hex"),
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Path of moto's Python: a virtual environment that is kept for later runs of this user. */
function pythonPath(env: Variables): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "assay", `moto-${VERSION}`, "bin", "python");
}

/** Finds moto's Python; null if moto is not installed. Downloads nothing. */
async function findMoto(env: Variables): Promise<string | null> {
  const python = pythonPath(env);
  return access(python, constants.X_OK).then(
    () => python,
    () => null,
  );
}

/** Installs moto from PyPI once; returns the reason of a failure in one sentence. */
async function installMoto(
  env: Variables,
  log: (line: string) => void,
): Promise<{ readonly python: string } | { readonly failed: string }> {
  const there = await findMoto(env);
  if (there !== null) return { python: there };
  const python = pythonPath(env);
  const folder = dirname(dirname(python));
  const making = `${folder}.making-${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  log(`installing moto ${VERSION} from PyPI: about a minute, once`);
  try {
    const made = await run("python3", ["-m", "venv", making]);
    if (made !== null) return { failed: `python3 cannot make a virtual environment: ${made}` };
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    const got = await run(join(making, "bin", "python"), [...pip, `moto[server]==${VERSION}`]);
    if (got !== null) return { failed: `cannot install moto: ${got}` };
    await rename(making, folder);
    return { python };
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** Runs a program; null if it succeeds, else its last line. */
function run(program: string, parameters: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, { stdio: ["ignore", "ignore", "pipe"] });
    let words = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-2000);
    });
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) => {
      const last = words.trim().split("\n").at(-1) ?? "";
      resolve(code === 0 ? null : last || `it ended with ${String(code)}`);
    });
  });
}

if (import.meta.main) {
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  if (process.argv[2] === "--install") {
    const installed = await installMoto(process.env, log);
    log("failed" in installed ? installed.failed : installed.python);
    process.exitCode = "failed" in installed ? 3 : 0;
  } else {
    log("Usage: node scripts/moto.ts --install");
    process.exitCode = 2;
  }
}
