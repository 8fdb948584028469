import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { runCli } from "../../src/cli/cli.ts";
import { streamConsole } from "../../src/cli/console.ts";
import { uninterrupted } from "../../src/cli/ending/ending.ts";
import type { Run } from "../../src/model/run/run.ts";
import { setEnvironment } from "../env.ts";

const BIN = fileURLToPath(new URL("../../bin/assay.mjs", import.meta.url));

/** Generous: a machine that is busy with other tests is still no failure. */
const PATIENCE_MS = 60_000;
const POLL_MS = 2;

/** Where the command line is called; its working directory decides where `results` is. */
export interface CallOptions {
  readonly cwd?: string;
  /** Changes to this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What only a process of its own can have. */
export interface ProcessOptions extends CallOptions {
  readonly uid?: number;
  /** Arguments of bash's `ulimit`, which the process starts under: `-n 100`. */
  readonly ulimit?: string;
  /** Options of node itself, before the script. */
  readonly node?: readonly string[];
  /** The command of another clone. */
  readonly bin?: string;
}

/** How a child process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child process that is still going. */
export interface Going {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Whether it has ended already. */
  over(): boolean;
  stderr(): string;
  send(signal: NodeJS.Signals): void;
}

/**
 * Runs the command line in this process, with its own console, and waits for its end; for hooks,
 * too. One call waits for the other: the working directory and the environment are the process's.
 */
export function assay(args: readonly string[], around: CallOptions = {}): Promise<Ended> {
  const ended = lastCall.then(() => callHere(args, around));
  lastCall = ended.catch(() => {});
  return ended;
}

let lastCall: Promise<unknown> = Promise.resolve();

async function callHere(args: readonly string[], around: CallOptions): Promise<Ended> {
  const stdout = new Captured();
  const stderr = new Captured();
  const cwd = process.cwd();
  const variables = setEnvironment(environmentChanges(around.env));
  process.chdir(around.cwd ?? cwd);
  try {
    const { env } = process;
    const console = streamConsole({ stdout, stderr, env });
    const code = await runCli(args, { console, env, interrupt: uninterrupted() });
    return { code, signal: null, stdout: stdout.text, stderr: stderr.text };
  } finally {
    process.chdir(cwd);
    setEnvironment(variables);
  }
}

/** A stream that keeps what is written to it. */
class Captured extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
  }
}

/** Runs the command line in a process of its own and waits for its end; for hooks, too. */
export function assayProcess(args: readonly string[], around: ProcessOptions = {}): Promise<Ended> {
  return start(args, around).ended;
}

/** Starts the command line; a process a test forgot is killed when that test ends. */
export function startAssay(args: readonly string[], around: ProcessOptions = {}): Going {
  const going = start(args, around);
  onTestFinished(() => going.send("SIGKILL"));
  return going;
}

function start(args: readonly string[], around: ProcessOptions): Going {
  const command = [process.execPath, ...(around.node ?? []), around.bin ?? BIN, ...args];
  const limited = ["bash", "-c", `ulimit ${around.ulimit} && exec "$0" "$@"`, ...command];
  const [program = "", ...rest] = around.ulimit === undefined ? command : limited;
  const child = spawn(program, rest, {
    cwd: around.cwd,
    env: { ...process.env, ...environmentChanges(around.env) },
    stdio: ["ignore", "pipe", "pipe"],
    ...(around.uid === undefined ? {} : { uid: around.uid, gid: around.uid }),
  });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
    });
  }
  let over = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      over = true;
      resolve({ code, signal, ...text });
    });
  });
  return {
    child,
    ended,
    over: () => over,
    stderr: () => text.stderr,
    send: (signal) => void child.kill(signal),
  };
}

/** Changes to this process's environment, and no variable that changes the command line's ways. */
function environmentChanges(changes: CallOptions["env"]): NonNullable<CallOptions["env"]> {
  const dropped = { NO_COLOR: undefined, FORCE_COLOR: undefined, GITHUB_STEP_SUMMARY: undefined };
  const vitest = { NODE_OPTIONS: undefined, NODE_ENV: undefined, UV_THREADPOOL_SIZE: undefined };
  // What was measured of this machine once is not to be in what a test sees.
  const cache = { XDG_CACHE_HOME: "/nonexistent" };
  return { ...dropped, ...vitest, ...cache, ...changes };
}

/** Waits for a state of the world; says what was waited for when the process ends before. */
export async function until(what: string, holds: () => boolean, going?: Going): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (going?.over() === true) {
      const { code, stderr } = await going.ended;
      throw new Error(`ended with ${code} before: ${what}\n${stderr}`);
    }
    if (performance.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await sleep(POLL_MS);
  }
}

/** Folders of runs in a target. */
export function runFolders(target: string): readonly string[] {
  return readdirSync(target).filter((name) => name.startsWith("assay-"));
}

/** Ids of the runs in a results folder, oldest first. */
export function runIds(results: string): readonly string[] {
  if (!existsSync(results)) return [];
  // Two runs of one second have the same time in their ids.
  const born = (id: string): bigint => statSync(join(results, id), { bigint: true }).birthtimeNs;
  return readdirSync(results)
    .map((id) => ({ id, bornNs: born(id) }))
    .sort((a, b) => Number(a.bornNs - b.bornNs) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/** What is stored of the only run in a results folder, or null while there is nothing yet. */
export function storedRun(results: string): Run | null {
  const id = runIds(results).at(-1);
  const path = join(results, id ?? "", "run.json");
  if (id === undefined || !existsSync(path)) return null;
  return JSON.parse(readFileSync(path, "utf8")) as Run;
}

/** As `storedRun`, where there has to be one. */
export function onlyRun(results: string): Run {
  const run = storedRun(results);
  if (run === null) throw new Error(`no run is stored in ${results}`);
  return run;
}

/** Rows of the time line so far, without its header. */
export function intervalRows(results: string): readonly string[] {
  const id = runIds(results).at(-1);
  const path = join(results, id ?? "", "intervals.csv");
  if (id === undefined || !existsSync(path)) return [];
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(1);
}
