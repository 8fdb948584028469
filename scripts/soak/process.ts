import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Minio } from "../../src/testbed/minio/endpoint.ts";
import type { SoakCell } from "./scenarios.ts";

const ASSAY = fileURLToPath(new URL("../../bin/assay.mjs", import.meta.url));
/** Bytes of a process's output that are kept: the end explains a failure. */
const KEPT_WORDS = 4000;
/** Time from SIGTERM to SIGKILL. */
const GRACE_MS = 10_000;

/** An assay process of a soak. */
export interface Soaked {
  readonly cell: SoakCell;
  readonly pid: number;
  over(): boolean;
  /** Exit code; null while it runs or if a signal ended it. */
  ended(): number | null;
  /** The end of its output. */
  words(): string;
  /** Ends it and its children. */
  stop(): Promise<void>;
}

/** Starts a cell in a separate directory and process group. */
export function startSoaked(
  cell: SoakCell,
  minutes: number,
  folder: string,
  minio: Minio | null,
): Soaked {
  const cwd = join(folder, cell.name);
  mkdirSync(cwd);
  writeFileSync(join(cwd, "soak.yaml"), cell.scenario(minutes));
  const bucket = ["-t", `s3://${minio?.bucket}/${cell.name}/`, "--endpoint", minio?.endpoint ?? ""];
  const target = cell.target === "null" ? ["-t", "null:"] : [...bucket, "--kind", "minio"];
  const child = spawn(process.execPath, [ASSAY, "run", "soak.yaml", ...target, "-q"], {
    cwd,
    detached: true,
    env: { ...process.env, ...minio?.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-KEPT_WORDS);
    });
  }
  const pid = child.pid;
  if (pid === undefined) throw new Error(`cannot start ${process.execPath}`);
  const over = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    if (over()) return;
    child.kill("SIGINT");
    for (let waited = 0; waited < GRACE_MS && !over(); waited += 100) await sleep(100);
    if (!over()) process.kill(-pid, "SIGKILL");
  };
  return { cell, pid, over, ended: () => child.exitCode, words: () => words, stop };
}
