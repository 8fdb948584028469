import { ENGINES } from "../../engine/index.ts";
import type { PhaseSetup } from "../../load/task.ts";
import { RANDOM_DATA } from "../../model/plan/data.ts";
import type { DatasetPlan, Location } from "../../model/plan/dataset.ts";
import type { Operation } from "../../model/plan/operation.ts";
import {
  type EngineName,
  NO_PARAMETERS,
  type PhasePlan,
  PLAIN_REQUESTS,
} from "../../model/plan/plan.ts";
import { layOut } from "../../storage/content/layout.ts";
import { phaseSetup } from "../phase/setup.ts";

/** Bytes per operation: the smallest usual block. */
export const CLIENT_LIMIT_BLOCK_BYTES = 4096;

/** One client limit to measure: a single worker on a target that responds immediately. */
export interface ClientLimitCase {
  readonly engine: EngineName;
  readonly direction: "read" | "write";
  readonly queueDepth: number;
}

/** Engines for paths use a file in memory, engines for buckets the loopback server. */
export const CLIENT_LIMIT_CASES: readonly ClientLimitCase[] = [
  { engine: "null", direction: "read", queueDepth: 1 },
  { engine: "null", direction: "read", queueDepth: 32 },
  { engine: "sync", direction: "read", queueDepth: 1 },
  { engine: "sync", direction: "write", queueDepth: 1 },
  { engine: "uring", direction: "read", queueDepth: 1 },
  { engine: "uring", direction: "read", queueDepth: 32 },
  { engine: "uring", direction: "write", queueDepth: 32 },
  { engine: "s3-wire", direction: "read", queueDepth: 1 },
  { engine: "s3-wire", direction: "read", queueDepth: 16 },
  { engine: "s3-wire", direction: "write", queueDepth: 16 },
  { engine: "s3-sdk", direction: "read", queueDepth: 1 },
  { engine: "s3-sdk", direction: "read", queueDepth: 16 },
  { engine: "s3-sdk", direction: "write", queueDepth: 16 },
];

/** S3 clients have a hundred times the code, which takes longer to compile. */
const WARMUP_NS = { blocking: 100e6, "event-loop": 600e6 } as const;
const MEASURED_NS = 400e6;

/** Blocks of one file that fits any cache, or small objects. */
function clientLimitDataset(engine: EngineName): DatasetPlan {
  const objects = ENGINES[engine].drives === "event-loop";
  return {
    name: "floor",
    kind: "files",
    count: objects ? 16 : 1,
    size: { kind: "fixed", bytes: objects ? CLIENT_LIMIT_BLOCK_BYTES : 4 * 1024 * 1024 },
    seed: 1,
    shardBytes: 0,
    filesPerDirectory: 1000,
    suffix: ".bin",
    data: RANDOM_DATA,
  };
}

/** Setup of the phase that measures a client limit. */
export function clientLimitSetup(one: ClientLimitCase, location: Location): PhaseSetup {
  return phaseSetup({
    phase: clientLimitPhase(one),
    engine: one.engine,
    threads: 1,
    depth: one.queueDepth,
    fallback: null,
    location,
    dataset: layOut(clientLimitDataset(one.engine), "floor"),
    ...{ seed: 1, repetition: 1, intervalNs: 100e6, generations: null },
  });
}

/** The phase as a scenario would define it. */
function clientLimitPhase({ engine, direction, queueDepth }: ClientLimitCase): PhasePlan {
  const { drives } = ENGINES[engine];
  const [read, write]: readonly Operation[] =
    drives === "event-loop" ? ["fetch", "create"] : ["read", "write"];
  const operation = (direction === "read" ? read : write) ?? "read";
  return {
    name: `${engine}-${direction}-${queueDepth}`,
    dataset: "floor",
    mix: [{ operation, weight: 1 }],
    access: drives === "event-loop" ? "shuffled" : "random",
    accessParameters: NO_PARAMETERS,
    blockBytes: CLIENT_LIMIT_BLOCK_BYTES,
    blockMix: [],
    workers: 1,
    queueDepth,
    warmupNs: WARMUP_NS[drives],
    warmupAuto: false,
    limit: { kind: "duration", durationNs: MEASURED_NS },
    rate: null,
    cache: "warm",
    engine,
    polling: "none",
    sync: null,
    dsync: false,
    partBytes: 8 * 1024 * 1024,
    partConcurrency: 1,
    retries: 0,
    verify: false,
    ...PLAIN_REQUESTS,
    matrix: {},
  };
}
