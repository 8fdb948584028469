import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { messageOf } from "../model/fault/errors.ts";
import type { EngineName } from "../model/plan/plan.ts";
import { threadModule } from "../model/thread-module.ts";
import type { EngineTraits, Session, SessionTask } from "./engine.ts";
import { NULL_TRAITS } from "./known/null.ts";
import { SYNTHETIC_TRAITS } from "./known/synthetic.ts";
import { SYNC_TRAITS } from "./local/sync.ts";
import { URING_TRAITS } from "./local/uring-traits.ts";
import { S3_SDK_TRAITS, S3_WIRE_TRAITS } from "./objects/traits.ts";

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

const PROBE = threadModule("./local/uring-probe", import.meta.url);

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
  null: () => import("./known/null.ts"),
  synthetic: () => import("./known/synthetic.ts"),
  sync: () => import("./local/sync.ts"),
  uring: () => import("./local/uring.ts"),
  "s3-sdk": () => import("./sdk/sdk.ts"),
  "s3-wire": () => import("./wire/wire.ts"),
};

/** Opens a session in the calling thread; the engine's code is loaded only now. */
export async function openSession(name: EngineName, task: SessionTask): Promise<Session> {
  const engine = await OPENERS[name]();
  return engine.open(task);
}
