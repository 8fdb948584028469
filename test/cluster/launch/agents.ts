import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { LaunchContext } from "../../../src/cluster/launch/launcher.ts";
import type { Place } from "../../../src/cluster/launch/rank.ts";

const PROGRAM = fileURLToPath(new URL("place-program.ts", import.meta.url));

/** A secret, and credentials that have it; longer than a buffer of srun. */
export const SECRET = "c2VjcmV0LW9mLWFzc2F5LXRlc3Rz";
export const CREDENTIALS = JSON.stringify({ secret: SECRET, ca: "certificate\n".repeat(4000) });

/** Returns the agents to launch: of the test program, which writes to `folder`. */
export function agents(folder: string, then: string, nodes = 3): LaunchContext {
  const command = [process.execPath, PROGRAM, folder, then];
  return { command, credentials: CREDENTIALS, nodes };
}

/** Facts that an agent wrote. */
export interface Found {
  readonly place: Place | null;
  readonly sha256: string;
  readonly node: string | null;
  readonly words: readonly string[];
}

/** Waits for the files of agents and returns them in order of rank. */
export async function written(folder: string, nodes = 3): Promise<readonly Found[]> {
  const texts = await filesOf(folder, nodes, "json");
  return texts.map((text): Found => JSON.parse(text));
}

/** Waits for a file per rank, for at most a minute. */
export async function filesOf(folder: string, nodes: number, ending: string) {
  const files = Array.from({ length: nodes }, (_, rank) => join(folder, `${rank}.${ending}`));
  const untilMs = performance.now() + 60_000;
  while (!files.every((file) => existsSync(file))) {
    const missing = files.filter((file) => !existsSync(file));
    if (performance.now() > untilMs) throw new Error(`no ${missing.join(", ")}`);
    await sleep(20);
  }
  return files.map((file) => readFileSync(file, "utf8"));
}
