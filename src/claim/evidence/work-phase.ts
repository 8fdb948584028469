import type { TargetPropertyName, VariableProperty } from "../../model/claim/work.ts";
import { type DatasetPlan, directoryCount, directoryDepth } from "../../model/plan/dataset.ts";
import { NO_PARAMETERS, type PhasePlan, PLAIN_REQUESTS } from "../../model/plan/plan.ts";
import { amountWords } from "../../model/units.ts";
import type { Evidence } from "./evidence.ts";
import { datasetBytesOf, datasetOf } from "./phase-variables.ts";

/** Value of a property that applies but that the run does not record: it equals nothing. */
export const NOT_RECORDED = "not recorded";

/** A property of measured work: how it is read, compared, and set in a scenario. */
export interface Property {
  /** What it is called in a sentence. */
  readonly words: string;
  /** Value as text; null where it does not apply, {@link NOT_RECORDED} where it is unknown. */
  readonly read: (evidence: Evidence) => string | null;
  /** Whether two values are alike; absent: they are where their texts are equal. */
  readonly isAlike?: (of: Evidence, over: Evidence) => boolean;
  /** Settings of a scenario, or words, that give the other side the value of this one. */
  readonly setting: (evidence: Evidence) => string;
}

type PhaseProperty = Exclude<VariableProperty, TargetPropertyName | "engine" | "touch">;

/** Totals of datasets of one distribution and count differ by the seed of their sizes. */
const SAME_TOTAL_SHARE = 0.05;

/** A key of a scenario with its value, as YAML in code quotes. */
function yaml(key: string, value: string | number | boolean): string {
  return `\`${key}: ${value}\``;
}

function bytesYaml(bytes: number): string {
  return amountWords(bytes, "bytes").replaceAll(/[ ,]/g, "");
}

/** A property that is one field of the phase, the same word in the scenario. */
function field(
  words: string,
  key: string,
  read: (phase: PhasePlan) => string | number | boolean,
): Property {
  const value = ({ phase }: Evidence) => read({ ...PLAIN_REQUESTS, ...phase });
  return {
    words,
    read: (evidence) => String(value(evidence)),
    setting: (evidence) => yaml(key, value(evidence)),
  };
}

/** A property of the dataset; not recorded where the plan lists no such dataset (older runs). */
function ofDataset(
  words: string,
  read: (dataset: DatasetPlan) => string,
  key: string,
  isAlike?: Property["isAlike"],
): Property {
  const value = (evidence: Evidence): string | null => {
    const dataset = datasetOf(evidence);
    if (dataset !== undefined) return read(dataset);
    return evidence.phase.dataset === null ? null : NOT_RECORDED;
  };
  return {
    words,
    read: value,
    ...(isAlike === undefined ? {} : { isAlike }),
    setting: (evidence) => `a dataset of ${key} ${value(evidence)}`,
  };
}

function mixYaml({ mix }: PhasePlan): string {
  const [first] = mix;
  if (mix.length === 1 && first !== undefined) return first.operation;
  const total = mix.reduce((sum, { weight }) => sum + weight, 0);
  const parts = mix.map(
    ({ operation, weight }) => `${operation}: ${Number(((100 * weight) / total).toFixed(2))}`,
  );
  return `{ ${parts.sort().join(", ")} }`;
}

function blocksYaml({ blockBytes, blockMix = [] }: PhasePlan): string {
  if (blockMix.length === 0) return bytesYaml(blockBytes);
  const total = blockMix.reduce((sum, { weight }) => sum + weight, 0);
  const parts = blockMix.map(
    ({ bytes, weight }) => `${bytesYaml(bytes)}: ${Number(((100 * weight) / total).toFixed(2))}`,
  );
  return `{ ${parts.join(", ")} }`;
}

/** Older runs have patterns without parameters. */
function accessYaml({ access, accessParameters = NO_PARAMETERS }: PhasePlan): string {
  const { region, theta, strideBytes, hotOperationsShare, hotDataShare } = accessParameters;
  const told = [
    ...(region === "shared" ? ["region: shared"] : []),
    ...(theta === 0 ? [] : [`theta: ${theta}`]),
    ...(strideBytes === 0 ? [] : [`stride: ${bytesYaml(strideBytes)}`]),
    ...(hotOperationsShare === 0 ? [] : [`operations: ${100 * hotOperationsShare}%`]),
    ...(hotDataShare === 0 ? [] : [`data: ${100 * hotDataShare}%`]),
  ];
  return told.length === 0 ? access : `{ ${access}: { ${told.join(", ")} } }`;
}

function rateYaml({ rate }: PhasePlan): string {
  if (rate === null) return "none (closed loop)";
  const steps = rate.steps.map(({ fromPerSecond, toPerSecond, durationNs }) => {
    const span =
      fromPerSecond === toPerSecond ? `${fromPerSecond}` : `${fromPerSecond} to ${toPerSecond}`;
    return durationNs === null ? `${span}/s` : `${span}/s for ${durationNs / 1e9} s`;
  });
  return `${steps.join(", ")} (${rate.arrivals}, backlog of ${rate.mostBacklog})`;
}

function syncYaml({ sync = null, dsync = false }: PhasePlan): string {
  const call = sync === null ? "none" : `${sync.call} every ${sync.every}`;
  return `${call}${sync?.directory === true ? ", directory too" : ""}${dsync ? ", dsync" : ""}`;
}

function sizeWords({ size }: DatasetPlan): string {
  switch (size.kind) {
    case "fixed":
      return bytesYaml(size.bytes);
    case "uniform":
      return `${bytesYaml(size.minBytes)} to ${bytesYaml(size.maxBytes)}`;
    case "lognormal":
      return (
        `lognormal, mean ${bytesYaml(size.meanBytes)}, deviation ` +
        `${bytesYaml(size.standardDeviationBytes)}, ${bytesYaml(size.minBytes)} to ` +
        bytesYaml(size.maxBytes)
      );
  }
}

function layoutWords(dataset: DatasetPlan): string {
  const naming = { ...dataset, folder: "" };
  const shards = dataset.kind === "shards" ? `shards of ${bytesYaml(dataset.shardBytes)}, ` : "";
  return `${shards}${directoryCount(naming)} directories, ${directoryDepth(naming)} levels`;
}

function isSameTotal(of: Evidence, over: Evidence): boolean {
  const counts = [of, over].map((one) => datasetOf(one)?.count);
  const [a, b] = [datasetBytesOf(of), datasetBytesOf(over)];
  return counts[0] === counts[1] && Math.abs(a - b) <= SAME_TOTAL_SHARE * Math.max(a, b);
}

/** What the plan of a phase says, dataset included. */
export const PHASE_PROPERTIES: Readonly<Record<PhaseProperty, Property>> = {
  operations: {
    ...field("operations", "operation", mixYaml),
    setting: ({ phase }) => yaml(phase.mix.length === 1 ? "operation" : "mix", mixYaml(phase)),
  },
  blockSize: field("block size", "blockSize", blocksYaml),
  objectSize: ofDataset("file size", sizeWords, "files of"),
  access: field("access pattern", "access", accessYaml),
  inFlight: {
    words: "operations in flight",
    read: ({ phase }) => `workers ${phase.workers} x queue depth ${phase.queueDepth}`,
    setting: ({ phase }) =>
      `${yaml("workers", phase.workers)}, ${yaml("queueDepth", phase.queueDepth)}`,
  },
  clients: {
    words: "clients",
    read: ({ clients }) => String(clients),
    setting: ({ clients }) => (clients > 1 ? `${clients} hosts (\`--hosts\`)` : "one host"),
  },
  rate: field("rate", "rate", rateYaml),
  dataset: {
    words: "dataset",
    read: (evidence) => {
      const count = datasetOf(evidence)?.count;
      const total = `${amountWords(datasetBytesOf(evidence), "bytes")} in all`;
      return count === undefined ? total : `${count} files, ${total}`;
    },
    isAlike: isSameTotal,
    setting: (evidence) => {
      const count = datasetOf(evidence)?.count;
      const files = count === undefined ? "" : `${yaml("count", count)}, `;
      return `a dataset of ${files}${amountWords(datasetBytesOf(evidence), "bytes")} in all`;
    },
  },
  layout: ofDataset("layout of the dataset", layoutWords, "files in"),
  data: ofDataset(
    "contents",
    ({ data }) => `compressible ${data.compressible}, dedupable ${data.dedupable}`,
    "contents",
  ),
  versions: ofDataset("versions", ({ versions = 1 }) => String(versions), "versions:"),
  cache: field("page cache", "cache", ({ cache }) => cache),
  sync: field("durability of writes", "sync", syncYaml),
  polling: field("polling", "polling", ({ polling = "none" }) => polling),
  parts: {
    words: "part size and concurrency",
    read: ({ phase }) => `${bytesYaml(phase.partBytes)} x ${phase.partConcurrency}`,
    setting: ({ phase }) =>
      `${yaml("partSize", bytesYaml(phase.partBytes))}, ` +
      yaml("partConcurrency", phase.partConcurrency),
  },
  storageClass: field(
    "storage class",
    "storageClass",
    ({ objects }) => objects.storageClass ?? "STANDARD",
  ),
  encryption: field("object encryption", "encryption", ({ objects: { encryption } }) =>
    encryption.kind === "sse-kms" && encryption.keyId !== null
      ? `sse-kms (${encryption.keyId})`
      : encryption.kind,
  ),
  checksum: field("checksum", "checksum", ({ objects }) => objects.checksum ?? "none"),
  payload: field("payload signing", "payload", ({ objects }) => objects.payload),
  connections: field("connections", "connections", ({ objects }) => objects.connections),
  verify: field("verification", "verify", ({ verify, objects }) => verify || objects.verify),
  listing: field(
    "listing",
    "listing",
    ({ listing: { prefix, delimiter, pageSize } }) =>
      `{ prefix: ${prefix}, delimiter: ${delimiter}, pageSize: ${pageSize} }`,
  ),
  retries: field("retries", "retries", ({ retries }) => retries),
  restore: field("restore", "restore", ({ restore }) =>
    restore === null
      ? "none"
      : `{ tier: ${restore.tier}, days: ${restore.days}, poll: ${restore.pollNs / 1e9}s }`,
  ),
  keysPerRequest: field("keys per request", "keysPerRequest", (phase) => phase.keysPerRequest),
};
