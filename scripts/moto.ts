import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, constants, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { keep } from "./foreground/keeper.ts";

/** A release on PyPI; the table scenarios/instances.yaml is of the same one. */
const VERSION = "5.2.5";

const REGION = "eu-west-1";
const READY_DEADLINE_MS = 60_000;
const READY_POLL_MS = 50;

/** A running imitation of AWS's APIs (EC2, EFS, FSx, CloudWatch, S3). */
export interface Moto {
  readonly endpoint: string;
  /** What the SDK needs to speak to it and to nothing else. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts moto on a port of the loopback. It is gone when it is stopped, and also when this process
 * is killed. Where it was never installed, says how to.
 */
export async function startMoto(): Promise<Moto | { readonly unavailable: string }> {
  const python = await findMoto(process.env);
  if (python === null) {
    const how = "`node scripts/moto.ts --install` gets it from PyPI";
    return { unavailable: `there is no moto, which imitates AWS's APIs: ${how}` };
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

/** The Python that has moto, in a virtual environment kept for every later run of this user. */
function pythonPath(env: Variables): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "assay", `moto-${VERSION}`, "bin", "python");
}

/** A Python that has moto, null where it was never installed. Nothing is fetched. */
async function findMoto(env: Variables): Promise<string | null> {
  const python = pythonPath(env);
  return access(python, constants.X_OK).then(
    () => python,
    () => null,
  );
}

/** Installs moto from PyPI, once; the reason in one sentence where that fails. */
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
    if (got !== null) return { failed: `moto cannot be installed: ${got}` };
    await rename(making, folder);
    return { python };
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** Null where a program ends well, else its last words. */
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
