import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach } from "vitest";
import { volumeRefusal } from "../../../src/testbed/volume/start.ts";

const ASSAY = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));
const COMMAND = [ASSAY, "emulate"];
const IN_MEMORY = "/dev/shm";

/** Memory under the volumes: a shared disk may be slower than they are to be. */
export const SCRATCH = mkdtempSync(
  join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), "assay-volume-test-"),
);
/** Call once in a test file. */
export function useScratch(): void {
  afterEach(() => {
    for (const child of begun.splice(0)) child.kill("SIGKILL");
  });
  afterAll(() => rmSync(SCRATCH, { recursive: true, force: true }));
}

/** Whether volumes can be emulated here; where not, the reason is printed. */
export async function canEmulate(): Promise<boolean> {
  const refusal = await volumeRefusal(SCRATCH);
  if (refusal !== null) process.stderr.write(`skipped: ${refusal}\n`);
  return refusal === null;
}

const begun: ChildProcess[] = [];

/** Starts `assay emulate`; killed when its test ends. */
export function begin(parameters: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [...COMMAND, ...parameters], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  begun.push(child);
  return child;
}

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `assay emulate` to its end. */
export function runEmulate(parameters: readonly string[], uid?: number): Promise<Ended> {
  const owner = uid === undefined ? {} : { uid, gid: uid };
  return runToEnd(process.execPath, [...COMMAND, ...parameters], owner);
}

/** Runs `assay emulate` where mounts are its own, after a shell command that changes some. */
export function runAfterMounting(mounting: string, parameters: readonly string[]): Promise<Ended> {
  const shell = ["sh", "-c", `${mounting} && exec "$@"`, "sh", process.execPath, ...COMMAND];
  return runToEnd("unshare", ["--mount", ...shell, ...parameters]);
}

function runToEnd(
  program: string,
  parameters: readonly string[],
  owner: { readonly uid?: number; readonly gid?: number } = {},
): Promise<Ended> {
  const child = spawn(program, parameters, { stdio: ["ignore", "pipe", "pipe"], ...owner });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...text }));
  });
}

/** Everything that a volume could leave on this machine, by the folder of its file and its id. */
export function traces(id: string): readonly string[] {
  const processes = readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    return contents(`/proc/${name}/cmdline`).includes(id);
  });
  const loops = execFileSync("losetup", ["--list", "--noheadings"], { encoding: "utf8" });
  const lines = [loops, contents("/proc/self/mounts")].flatMap((text) => text.split("\n"));
  const groups = ["/sys/fs/cgroup", "/sys/fs/cgroup/blkio", "/sys/fs/cgroup/unified"];
  const folders = [...groups, "/run/assay-volumes", SCRATCH, tmpdir()];
  return [
    ...processes.map((pid) => `process ${pid}`),
    ...lines.filter((line) => line.includes(id)),
    ...folders.flatMap((folder) => names(folder).filter((name) => name.includes(id))),
  ];
}

function names(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function contents(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
