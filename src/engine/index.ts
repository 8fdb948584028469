/**
 * Engines: how operations are issued, one session per worker thread. `engine.ts` is the contract
 * between a session and the load side. Engines on files share `local/`, those on objects
 * `objects/`. No engine reads the clock (`synthetic` excepted, which imitates a slow device), and
 * none knows what a target or a phase is. Read `engine.ts` first, then `known/null.ts`.
 */

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { messageOf } from "../model/fault/errors.ts";
import type { Location } from "../model/plan/dataset.ts";
import { ON_BUCKETS, ON_PATHS, OPERATIONS } from "../model/plan/operation.ts";
import type { EngineName } from "../model/plan/plan.ts";
import { threadModule } from "../model/thread-module.ts";
import type { Access } from "../s3/access.ts";
import type { EngineTraits, Session, SessionTask } from "./engine.ts";

/** One engine: its capabilities and its code, which is loaded only when needed. */
interface Engine extends EngineTraits {
  load(): Promise<{ open(task: SessionTask): Promise<Session> }>;
  /** Resolves what all workers of a phase need of a bucket; null: each resolves its own. */
  readonly access?: (location: Location) => Promise<Access | null>;
}

/** Traits of engines for paths with several operations in flight on one thread. */
const DEEP = {
  serves: ["directory", "device"],
  operations: ["read", "write", "create", "stat", "fetch", "delete", "rename"],
  depthInThread: true,
  firstByte: false,
  staged: ["create", "fetch"],
  keepsBytes: true,
} as const;

/** Threads of libuv's pool in Node without a setting, and their maximum. */
const POOL_THREADS = { usual: 4, most: 1024 } as const;

/** Threads of libuv's pool in this process, by the variable that libuv reads at its first use. */
function poolThreads(): number {
  const given = process.env.UV_THREADPOOL_SIZE;
  if (given === undefined) return POOL_THREADS.usual;
  return Math.min(POOL_THREADS.most, Math.max(1, Number.parseInt(given, 10) || 0));
}

/** All engines. A new one is a row here and a file that exports `open`. */
export const ENGINES: Readonly<Record<EngineName, Engine>> = {
  null: {
    name: "null",
    drives: "blocking",
    serves: ["memory", "directory", "device", "bucket"],
    operations: OPERATIONS,
    depthInThread: true,
    firstByte: false,
    load: () => import("./known/null.ts"),
  },
  synthetic: {
    name: "synthetic",
    drives: "blocking",
    serves: ["memory"],
    operations: OPERATIONS,
    depthInThread: true,
    firstByte: false,
    load: () => import("./known/synthetic.ts"),
  },
  sync: {
    name: "sync",
    drives: "blocking",
    serves: ["directory", "device"],
    operations: [...ON_PATHS],
    depthInThread: false,
    firstByte: false,
    // Not `fetch`: of a read from the page cache, two clock readings are 4%.
    staged: ["create"],
    keepsBytes: true,
    load: () => import("./sync/sync.ts"),
  },
  uring: {
    ...DEEP,
    name: "uring",
    drives: "blocking",
    load: () => import("./uring/uring.ts"),
  },
  threadpool: {
    ...DEEP,
    name: "threadpool",
    drives: "event-loop",
    poolThreads: poolThreads(),
    load: () => import("./threadpool/threadpool.ts"),
  },
  "s3-sdk": {
    name: "s3-sdk",
    drives: "event-loop",
    serves: ["bucket"],
    operations: [...ON_BUCKETS],
    depthInThread: true,
    firstByte: true,
    load: () => import("./sdk/sdk.ts"),
  },
  "s3-wire": {
    name: "s3-wire",
    drives: "event-loop",
    serves: ["bucket"],
    operations: [...ON_BUCKETS],
    depthInThread: true,
    firstByte: true,
    seesConnections: true,
    load: () => import("./wire/wire.ts"),
    access: async (location) => (await import("../s3/access.ts")).sharedAccess(location),
  },
};

/** Returns {@link ENGINES} with the refusals of this host; probes the kernel once per process. */
export async function probeEngines(): Promise<typeof ENGINES> {
  probed ??= probe();
  return probed;
}

let probed: Promise<typeof ENGINES> | undefined;

const PROBE = threadModule("./uring/probe", import.meta.url);

async function probe(): Promise<typeof ENGINES> {
  const worker = new Worker(PROBE);
  const answered: Promise<unknown[]> = once(worker, "message");
  const [refusal] = await answered.catch((error) => [
    `the probe of io_uring failed: ${messageOf(error)}`,
  ]);
  await worker.terminate();
  return typeof refusal !== "string"
    ? ENGINES
    : { ...ENGINES, uring: { ...ENGINES.uring, refusal } };
}

/** Loads an engine's code and opens a session in the calling thread. */
export async function openSession(name: EngineName, task: SessionTask): Promise<Session> {
  const engine = await ENGINES[name].load();
  return engine.open(task);
}
