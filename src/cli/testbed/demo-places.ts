import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../model/fault/errors.ts";
import { startEmbedded } from "../../testbed/embedded/embedded.ts";
import { EMBEDDED } from "../../testbed/embedded/requests.ts";
import type { Minio } from "../../testbed/minio/endpoint.ts";
import { startMinio } from "../../testbed/minio/minio.ts";
import { startVolume } from "../../testbed/volume/start.ts";

/** Options of the demo. */
export interface DemoOptions {
  readonly full: boolean;
  /** Whether MinIO is built if it is missing; without it, an embedded server is used. */
  readonly builds: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** One call of `assay run`: scenarios on one target. */
export interface Step {
  /** Name of the target. */
  readonly name: string;
  readonly scenarios: readonly string[];
  /** Options that select and declare the target. */
  readonly target: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Command line that runs a command under the limits of an emulated volume. */
  readonly throttled?: (command: readonly string[]) => readonly [string, ...string[]];
}

/** The storage of the demo, and what runs on it. */
export interface Places {
  readonly steps: readonly Step[];
  /** Sentences on what the storage is. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** Workloads of the short demo: on files and on objects. */
const SHORT = ["sequential-read", "random-read", "small-files", "ml-shards"];

/** Workloads of the long form, in the order of the report. */
const FULL = [
  ...["sequential-read", "sequential-write", "random-read", "random-write", "mixed-70-30"],
  ...["queue-depth-sweep", "small-files", "ml-shards", "multipart-upload", "multipart-download"],
];

/** Rates that the volume has, as the smallest gp3 has them. */
const VOLUME_IOPS = 3000;
const VOLUME_MIB_PER_SECOND = 125;
/** Declared values: twice the throughput that the volume delivers, so that a claim is refuted. */
const DECLARED = `size=100GiB,iops=${VOLUME_IOPS},throughput=${2 * VOLUME_MIB_PER_SECOND}MiB/s`;
const VOLUME_BYTES = 512 * 2 ** 20;

/** A rate needs a phase of 10 s for a verdict; the dataset is small, and reads bypass the cache. */
const VERDICT_SIZES = {
  FILE_COUNT: "1",
  FILE_SIZE: "128MiB",
  WARMUP: "300ms",
  DURATION: "10200ms",
  WORKERS: "4",
  QUEUE_DEPTH: "8",
};

/** One worker with the 256 requests in flight that the claim about one prefix needs. */
const RATE_SIZES = {
  OBJECTS: "300",
  WORKERS: "1",
  QUEUE_DEPTH: "256",
  WARMUP: "300ms",
  DURATION: "2s",
};

/** Starts the storage of the demo. Replaces missing storage; a note names the replacement. */
export async function openPlaces(options: DemoOptions): Promise<Places> {
  const folder = await mkdtemp(join(process.cwd(), "assay-demo-"));
  const directory: Step = {
    name: "directory",
    scenarios: options.full ? FULL : SHORT,
    target: ["--target", folder, "--name", "directory"],
    environment: {},
  };
  const [store, volume] = await Promise.all([
    openStore(options),
    options.full ? NO_PLACE : openVolume(),
  ]);
  return {
    steps: [directory, ...store.steps, ...volume.steps],
    notes: [...store.notes, ...volume.notes],
    close: async () => {
      const closing = [store.close(), volume.close(), rm(folder, { recursive: true, force: true })];
      const failed = (await Promise.allSettled(closing)).find((one) => one.status === "rejected");
      if (failed !== undefined) throw new Error(messageOf(failed.reason));
    },
  };
}

const NO_PLACE: Places = { steps: [], notes: [], close: async () => {} };

/** A MinIO that is named, installed, cached or in Docker, else the embedded server. */
async function openStore({ full, builds, log, signal }: DemoOptions): Promise<Places> {
  const minio = await startMinio({ log, signal, builds });
  if (!("unavailable" in minio)) return storeOf(minio, "minio", "minio", full, []);
  if (builds) {
    return { ...NO_PLACE, notes: [`No S3 server: ${minio.unavailable}.`] };
  }
  const embedded = await startEmbedded();
  if ("unavailable" in embedded) {
    return { ...NO_PLACE, notes: [`No S3 server: ${embedded.unavailable}.`] };
  }
  return storeOf(embedded, EMBEDDED, "s3-compatible", full, [
    `${EMBEDDED}: an S3 server for tests in a process of this host, which keeps objects in ` +
      "memory; its numbers do not describe S3. For MinIO, install `minio` or run " +
      "`assay demo --minio`.",
  ]);
}

function storeOf(
  { bucket, endpoint, environment, stop }: Minio,
  name: string,
  kind: string,
  full: boolean,
  notes: readonly string[],
): Places {
  const at = ["--endpoint", endpoint, "--target", `s3://${bucket}/assay-demo`];
  const workloads: Step = {
    name,
    scenarios: full ? FULL : SHORT,
    target: [...at, "--name", name, "--kind", kind],
    environment,
  };
  // One worker of the SDK is the limit, not the server.
  const rate: Step = {
    name: "one-prefix",
    scenarios: ["request-rate"],
    target: [...at, "--name", "one-prefix", "--kind", "s3", "--emulated"],
    environment: { ...environment, ...RATE_SIZES },
  };
  return { steps: full ? [workloads] : [workloads, rate], notes, close: stop };
}

/** An emulated gp3 volume where the kernel and root allow it, else a model. */
async function openVolume(): Promise<Places> {
  const sizeBytes = VOLUME_BYTES;
  const started = await startVolume({ kind: "gp3", sizeBytes });
  const declared = ["--kind", "ebs-gp3", "--emulated", "--provisioned", DECLARED, "--offline"];
  const short = { FILE_COUNT: "1", FILE_SIZE: "128MiB", DURATION: "1200ms" };
  const promise = `${VOLUME_IOPS.toLocaleString("en-US")} IOPS and ${VOLUME_MIB_PER_SECOND} MiB/s`;
  const delivery = `delivers ${promise}; it is declared with twice that throughput`;
  const both = (where: string, extra: Pick<Step, "throttled"> | object): readonly Step[] => {
    const target = ["--target", where, "--name", "volume", ...declared];
    return [
      { name: "volume", scenarios: ["random-read"], target, environment: short, ...extra },
      {
        ...{ name: "volume", scenarios: ["provisioned-volume"], target },
        environment: VERDICT_SIZES,
        ...extra,
      },
    ];
  };
  if ("unavailable" in started) {
    const model =
      `synthetic:latency=600us,credits=${VOLUME_IOPS}/s:${VOLUME_IOPS}/s:1,` +
      `bandwidth=${VOLUME_MIB_PER_SECOND}MiB/s,shared=true`;
    const note =
      `volume: a model of a gp3 volume in this process, which ${delivery}. An emulated volume is ` +
      `not possible here: ${started.unavailable}.`;
    return { steps: both(model, {}), notes: [note], close: async () => {} };
  }
  const { throttled } = started;
  const note = `volume: an emulated gp3 volume on a loop device, which ${delivery}.`;
  return { steps: both(started.path, { throttled }), notes: [note], close: () => started.stop() };
}
