import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { CpuTrace } from "./cpu-trace.ts";

/** The output of a finished child, and what it wrote to descriptor 3. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly aside: string;
}

/**
 * Runs a program to its end. It is killed when `signal` is aborted, and the promise settles only
 * when it is gone, so that what it used can be removed. Throws where it cannot be started.
 * `trace` samples its CPU time.
 */
export async function runChild(
  [command = "", ...parameters]: readonly string[],
  signal: AbortSignal,
  trace?: CpuTrace,
): Promise<Finished> {
  signal.throwIfAborted();
  // A table for a continuous-integration page is this script's to write, not each run's.
  const { GITHUB_STEP_SUMMARY: _, ...env } = process.env;
  const child = spawn(command, parameters, { env, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const kill = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  try {
    if (child.pid !== undefined) trace?.start(child.pid);
    const texts = [1, 2, 3].map((descriptor) => collect(child, descriptor));
    const [code] = await once(child, "close");
    signal.throwIfAborted();
    const [stdout = "", stderr = "", aside = ""] = texts.map((read) => read());
    return { code: typeof code === "number" ? code : null, stdout, stderr, aside };
  } finally {
    trace?.stop();
    signal.removeEventListener("abort", kill);
  }
}

/** Runs a program to its end; throws with what it wrote to stderr unless it succeeds. */
export async function succeed(
  name: string,
  command: readonly string[],
  signal: AbortSignal,
  trace?: CpuTrace,
): Promise<Finished> {
  const child = await runChild(command, signal, trace);
  if (child.code === 0) return child;
  throw new Error(`${name} ended with ${child.code ?? "a signal"}: ${child.stderr.trim()}`);
}

function collect(child: ChildProcess, descriptor: number): () => string {
  const chunks: Buffer[] = [];
  child.stdio[descriptor]?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}
