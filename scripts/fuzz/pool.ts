import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { caseAt, type Failure, type Job, type JobResult, keptFailure } from "./job.ts";
import { kindNamed } from "./kinds/kinds.ts";
import { type Answer, PROGRESS_BYTES } from "./worker.ts";

const MAIN = fileURLToPath(new URL("../fuzz.ts", import.meta.url));
/** Heap of a worker: a case that needs more than this ends it. */
const HEAP_MEBIBYTES = 1024;
/** One case may take this long, several tries and the machine's other work included. */
const HANG_MS = 90_000;
const WATCH_MS = 2_000;

/** Works off jobs in several processes; a case that ends or blocks its process is a failure. */
export async function runJobs(
  jobs: readonly Job[],
  processes: number,
  told: (result: JobResult) => void,
): Promise<void> {
  const waiting = [...jobs];
  const folder = mkdtempSync(join(tmpdir(), "assay-fuzz-"));
  try {
    const lanes = Array.from({ length: Math.min(processes, jobs.length) }, async (_, lane) => {
      while (waiting.length > 0) {
        await serveUntilDead(waiting, join(folder, `progress-${lane}`), told);
      }
    });
    await Promise.all(lanes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Gives jobs to one process until none waits or the process has died of one. */
async function serveUntilDead(
  waiting: Job[],
  progressPath: string,
  told: (result: JobResult) => void,
): Promise<void> {
  const worker = fork(MAIN, ["--worker", progressPath], {
    execArgv: [`--max-old-space-size=${HEAP_MEBIBYTES}`],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const words = lastWords(worker);
  try {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const ended = await resultOf(worker, job, progressPath);
      if (typeof ended !== "string") {
        told(ended);
        continue;
      }
      if (job.file !== undefined) {
        const failures = [keptFailure(job.kind, job.file, `${ended}${words()}`)];
        told({ kind: job.kind, tried: 1, results: 0, sentences: 0, failures });
        return;
      }
      const failure = await failureAt(job, progressPath, `${ended}${words()}`);
      const tried = failure === null ? 0 : failure.index + 1;
      const failures = [failure?.failure ?? unplaced(job, `${ended}${words()}`)];
      told({ kind: job.kind, tried, results: 0, sentences: 0, failures });
      return;
    }
    worker.send("end");
    await new Promise((resolve) => worker.once("exit", resolve));
  } finally {
    if (worker.exitCode === null) worker.kill("SIGKILL");
  }
}

/** The result of a job, or how the process ended instead. */
function resultOf(
  worker: ChildProcess,
  job: Job,
  progressPath: string,
): Promise<JobResult | string> {
  return new Promise((resolve) => {
    let seen = "";
    let since = performance.now();
    const watch = setInterval(() => {
      const now = progressOf(progressPath);
      if (now !== seen) since = performance.now();
      seen = now;
      if (performance.now() - since > HANG_MS) end(`did not end within ${HANG_MS / 1000} s`);
    }, WATCH_MS);
    const onMessage = (answer: Answer) => end(answer.done);
    const onExit = (code: number | null, signal: string | null) =>
      end(`ended the process (${signal ?? `exit code ${code}`})`);
    const end = (result: JobResult | string) => {
      clearInterval(watch);
      worker.off("message", onMessage);
      worker.off("exit", onExit);
      if (typeof result === "string") worker.kill("SIGKILL");
      resolve(result);
    };
    worker.on("message", onMessage);
    worker.on("exit", onExit);
    worker.send({ job });
  });
}

function progressOf(path: string): string {
  try {
    return readFileSync(path).toString("hex");
  } catch {
    return "";
  }
}

async function failureAt(
  job: Job,
  progressPath: string,
  error: string,
): Promise<{ readonly failure: Failure; readonly index: number } | null> {
  const bytes = Buffer.from(progressOf(progressPath), "hex");
  if (bytes.length < PROGRESS_BYTES) return null;
  const seed = bytes.readDoubleLE(0);
  const index = bytes.readDoubleLE(8);
  const input = await caseAt(kindNamed(job.kind), seed, index);
  return { failure: { kind: job.kind, seed, input, error }, index };
}

function unplaced(job: Job, error: string): Failure {
  return { kind: job.kind, seed: job.seed, input: null, error };
}

/** The end of what a worker said on stderr: node's own words on why it died. */
function lastWords(worker: ChildProcess): () => string {
  let text = "";
  worker.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    text = (text + chunk).slice(-2000);
  });
  return () => {
    const line = /(FATAL ERROR: .*|\w*Error\b.*)/.exec(text)?.[1];
    return line === undefined ? "" : `: ${line}`;
  };
}
