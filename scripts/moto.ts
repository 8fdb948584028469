import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { keep } from "../src/testbed/foreground/keeper.ts";
import { findPython, installFromCommandLine, type PythonTool } from "./python/environment.ts";

/** Release on PyPI; scenarios/instances.yaml is from the same one. */
const VERSION = "5.2.5";

const MOTO: PythonTool = {
  name: "moto",
  absence: "moto, which imitates AWS's APIs, is not installed",
  script: "scripts/moto.ts",
  version: VERSION,
  packages: [`moto[server]==${VERSION}`],
};

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
  const python = await findPython(MOTO);
  if (typeof python !== "string") return python;
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

if (import.meta.main) await installFromCommandLine(MOTO);
