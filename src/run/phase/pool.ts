import { hash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Piscina } from "piscina";
import { ENGINES } from "../../engine/index.ts";
import type { PhaseSetup, ResolvedPhase, WorkerTask } from "../../load/task.ts";
import { machineReason, PreflightError } from "../../model/fault/errors.ts";
import type { EngineName } from "../../model/plan/plan.ts";
import type { WorkerMeasurement } from "../../model/run/measurement.ts";
import { threadModule } from "../../model/thread-module.ts";

const WORKER = threadModule("../../load/worker", import.meta.url);

/** In a clone, the files of {@link BundledWorker}; see `scripts/bundle-worker.ts`. */
const ROOT = new URL("../../../", import.meta.url);
const BUNDLES = new URL("node_modules/.cache/assay/", ROOT);

/** The worker in a few files, bundled by `npm ci` of a clone. */
interface BundledWorker {
  /** Path from the directory of the bundles. */
  readonly entry: string;
  /** Path from the root and digest of each source. */
  readonly sources: readonly (readonly [string, string])[];
}

/** Time that busy threads get to end by themselves. */
const GRACE_MS = 1000;

/** A thread that has not ended after this time is blocked in a system call. */
const BLOCKED_MS = 5000;

/**
 * Maximum memory of new objects per thread. V8's own maximum depends on the memory of the host, and
 * is 192 MB with 16 GB: threads that send requests fill it, and 64 of them would have 12 GB. Few
 * objects outlive an operation, so that a small one costs no CPU time.
 */
const MAX_YOUNG_MB = 12;

/** File that the threads of this process load; undefined until the first ones start. */
let workerFile: string | undefined;

/** Worker threads of a run. Consecutive phases with the same number of threads share them. */
export class WorkerPool {
  private readonly env: NodeJS.ProcessEnv;
  private pool: Piscina<WorkerTask, WorkerMeasurement> | null = null;
  private threads = 0;
  private blocked = false;
  /** Engine whose code new threads load immediately; null: when their first task needs it. */
  private engine: EngineName | null = null;
  private readonly running = new Set<Promise<WorkerMeasurement>>();
  /** Never resolves; rejects when a thread ends that has no task to report the error. */
  private broken: Promise<never> = new Promise(() => {});

  /** `env`: environment variables of the threads. */
  constructor(env: NodeJS.ProcessEnv = process.env) {
    this.env = env;
  }

  /**
   * Starts the given number of threads, each for one task at a time.
   *
   * @throws PreflightError if the host does not allow that many
   */
  async resize(threads: number): Promise<void> {
    if (this.pool !== null && this.threads === threads) return;
    await this.close();
    this.threads = threads;
    const pool = makePool(threads, this.env, this.engine);
    this.pool = pool;
    this.broken = new Promise((_, reject) => pool.on("error", reject));
    this.broken.catch(() => {});
  }

  /**
   * Starts the threads of a phase before they are needed, so that they load their code and that of
   * the engine while the target is opened. If the host does not allow them, `resize` reports it.
   */
  warmUp({ threads, engine }: Pick<ResolvedPhase, "threads" | "engine">): void {
    this.engine = engine;
    void this.resize(threads).catch(() => {});
  }

  /**
   * Resolves the access of all workers to the target of a phase; null if each resolves its own:
   * the credentials in another environment may differ. A failure is theirs to report.
   */
  async access({
    engine,
    location,
  }: Pick<PhaseSetup, "engine" | "location">): Promise<WorkerTask["access"]> {
    if (this.env !== process.env) return null;
    return (await ENGINES[engine].access?.(location).catch(() => null)) ?? null;
  }

  /** Starts one worker's part; rejects if its thread ends, or there is none for it. */
  start(task: WorkerTask): Promise<WorkerMeasurement> {
    if (this.pool === null) throw new Error("the pool has no threads yet");
    const ended = this.pool.run(task, { transferList: [task.port] });
    this.running.add(ended);
    ended.catch(() => {}).finally(() => this.running.delete(ended));
    return Promise.race([ended, this.broken]);
  }

  /**
   * Ends all threads. A thread that is ended while it loads koffi ends the process, because koffi
   * cannot throw then; so after a failure the other threads get time to end by themselves. Returns
   * false if a thread is blocked in a system call and cannot be ended.
   */
  async close(): Promise<boolean> {
    const pool = this.pool;
    this.pool = null;
    if (pool === null) return !this.blocked;
    if (this.running.size > 0) await isDoneWithin(Promise.allSettled(this.running), GRACE_MS);
    const ended = await isDoneWithin(pool.destroy(), BLOCKED_MS);
    if (!ended) this.blocked = true;
    return ended;
  }
}

/** Whether a promise is fulfilled within a time. */
async function isDoneWithin(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  const over = new AbortController();
  const late = delay(withinMs, false, { signal: over.signal }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    over.abort();
  }
}

/**
 * Chooses the file that threads load. A bundle takes a third of the CPU time of the sources and 5
 * MB less per thread, but only while each source is as it was bundled: an older bundle would
 * measure something else than the sources say.
 */
function chooseWorkerFile(): string {
  const module = fileURLToPath(WORKER);
  if (!module.endsWith(".ts")) return module;
  try {
    const index = readFileSync(new URL("worker.json", BUNDLES), "utf8");
    const { entry, sources }: BundledWorker = JSON.parse(index);
    const bundled = fileURLToPath(new URL(entry, BUNDLES));
    const isSame = ([path, digest]: BundledWorker["sources"][number]) =>
      hash("sha256", readFileSync(new URL(path, ROOT))) === digest;
    return existsSync(bundled) && sources.every(isSame) ? bundled : module;
  } catch {
    // No bundle, or a source that is gone.
    return module;
  }
}

function makePool(
  threads: number,
  env: NodeJS.ProcessEnv,
  engine: EngineName | null,
): Piscina<WorkerTask, WorkerMeasurement> {
  workerFile ??= chooseWorkerFile();
  // Gives new threads `globalThis.gc`, which each calls before a phase.
  setFlagsFromString("--expose-gc");
  try {
    return new Piscina({
      filename: workerFile,
      name: "measure",
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      // A thread that sleeps in Atomics.wait for its next task cannot serve its message port.
      atomics: "disabled",
      idleTimeout: Number.POSITIVE_INFINITY,
      recordTiming: false,
      env,
      workerData: { engine },
      resourceLimits: { maxYoungGenerationSizeMb: MAX_YOUNG_MB },
    });
  } catch (error) {
    const reason = machineReason(error);
    throw reason === null ? error : new PreflightError(reason, { cause: error });
  }
}
