import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { keep } from "./foreground/keeper.ts";
import { findMoto, installMoto } from "./moto/install.ts";

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
