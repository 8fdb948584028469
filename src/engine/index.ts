import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { messageOf } from "../model/errors.ts";
import type { EngineName } from "../model/plan.ts";
import { threadModule } from "../model/thread-module.ts";
import type { EngineTraits, Session, SessionTask } from "./engine.ts";
import { NULL_TRAITS } from "./null.ts";
import { S3_SDK_TRAITS, S3_WIRE_TRAITS } from "./s3-traits.ts";
import { SYNC_TRAITS } from "./sync.ts";
import { SYNTHETIC_TRAITS } from "./synthetic.ts";
import { URING_TRAITS } from "./uring-traits.ts";

/** What each engine can do. A new engine is one file and a line in each of these two tables. */
export const ENGINES: Readonly<Record<EngineName, EngineTraits>> = {
  null: NULL_TRAITS,
  synthetic: SYNTHETIC_TRAITS,
  sync: SYNC_TRAITS,
  uring: URING_TRAITS,
  "s3-sdk": S3_SDK_TRAITS,
  "s3-wire": S3_WIRE_TRAITS,
};

/** {@link ENGINES} with what this machine refuses; the kernel is asked once per process. */
export async function probeEngines(): Promise<typeof ENGINES> {
  probed ??= probe();
  return probed;
}

let probed: Promise<typeof ENGINES> | undefined;

const PROBE = threadModule("./uring-probe", import.meta.url);

async function probe(): Promise<typeof ENGINES> {
  const worker = new Worker(PROBE);
  const answered: Promise<unknown[]> = once(worker, "message");
  const [refusal] = await answered.catch((error) => [
    `the look at io_uring failed: ${messageOf(error)}`,
  ]);
  await worker.terminate();
  return typeof refusal !== "string"
    ? ENGINES
    : { ...ENGINES, uring: { ...ENGINES.uring, refusal } };
}

type Opener = (task: SessionTask) => Promise<Session>;

const OPENERS: Readonly<Record<EngineName, () => Promise<{ readonly open: Opener }>>> = {
  null: () => import("./null.ts"),
  synthetic: () => import("./synthetic.ts"),
  sync: () => import("./sync.ts"),
  uring: () => import("./uring.ts"),
  "s3-sdk": () => import("./s3-sdk.ts"),
  "s3-wire": () => import("./s3-wire.ts"),
};

/** Opens a session in the calling thread; the engine's code is loaded only now. */
export async function openSession(name: EngineName, task: SessionTask): Promise<Session> {
  const engine = await OPENERS[name]();
  return engine.open(task);
}
