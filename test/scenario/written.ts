import { stringify } from "yaml";
import type { DatasetPlan, SizeDistribution } from "../../src/model/plan/dataset.ts";
import type { PhasePlan, Plan } from "../../src/model/plan/plan.ts";
import type { RatePlan } from "../../src/model/plan/rate.ts";

const bytes = (value: number) => `${value}B`;
const nanoseconds = (value: number) => `${value}ns`;

function sizeText(size: SizeDistribution): unknown {
  if (size.kind === "fixed") return bytes(size.bytes);
  const bounds = { min: bytes(size.minBytes), max: bytes(size.maxBytes) };
  if (size.kind === "uniform") return { uniform: bounds };
  const mean = bytes(size.meanBytes);
  return { lognormal: { mean, sd: bytes(size.standardDeviationBytes), ...bounds } };
}

function datasetText(dataset: DatasetPlan): unknown {
  const { kind, count, size, shardBytes, filesPerDirectory, tree, suffix, versions } = dataset;
  const { compressible, dedupable } = dataset.data;
  const shards = kind === "shards" ? { shardSize: bytes(shardBytes) } : {};
  const layout =
    tree === undefined ? { filesPerDirectory } : { tree: { ...tree, filesPerDirectory } };
  const data = { compressible, dedupable };
  return { kind, count, size: sizeText(size), ...layout, suffix, data, versions, ...shards };
}

function limitText({ limit }: PhasePlan): unknown {
  if (limit.kind === "duration") return { duration: nanoseconds(limit.durationNs) };
  if (limit.kind === "steady") {
    const { windowNs, mostNs, rangeShare, slopeShare } = limit;
    const percent = (share: number) => Math.round(share * 100);
    const measures = { range: percent(rangeShare), slope: percent(slopeShare) };
    const times = { window: nanoseconds(windowNs), atMost: nanoseconds(mostNs) };
    return { until: { steady: { ...times, ...measures } } };
  }
  if (limit.kind === "bytes") return { totalBytes: bytes(limit.bytes) };
  return limit.kind === "epochs" ? { epochs: limit.epochs } : { operations: limit.operations };
}

function accessText({ access, accessParameters }: PhasePlan): unknown {
  const { region, theta, strideBytes, hotOperationsShare, hotDataShare } = accessParameters;
  const percent = (share: number) => Math.round(share * 100);
  switch (access) {
    case "zipf":
      return { zipf: { theta } };
    case "hotspot":
      return { hotspot: { operations: percent(hotOperationsShare), data: percent(hotDataShare) } };
    case "strided":
      return { strided: { stride: bytes(strideBytes), region } };
    case "reverse":
    case "sequential":
      return region === "shared" ? { [access]: { region } } : access;
    default:
      return access;
  }
}

function blockText({ blockBytes, blockMix }: PhasePlan): unknown {
  if (blockMix.length === 0) return bytes(blockBytes);
  return Object.fromEntries(blockMix.map((one) => [bytes(one.bytes), one.weight]));
}

function objectText({ objects, listing, restore, keysPerRequest }: PhasePlan): object {
  const { storageClass, encryption, checksum, payload, connections } = objects;
  const named = encryption.kind === "sse-kms" && encryption.keyId !== null;
  return {
    ...(storageClass !== null && { storageClass }),
    encryption: named ? { "sse-kms": encryption.keyId } : encryption.kind,
    checksum: checksum ?? "none",
    payload,
    connections,
    listing,
    ...(restore !== null && {
      restore: {
        tier: restore.tier,
        days: restore.days,
        poll: nanoseconds(restore.pollNs),
        deadline: nanoseconds(restore.deadlineNs),
      },
    }),
    keysPerRequest,
  };
}

function rateText({ arrivals, steps, mostBacklog }: RatePlan): unknown {
  const [{ fromPerSecond, durationNs } = { fromPerSecond: 0, durationNs: 0 }] = steps;
  const common = { arrivals, backlog: mostBacklog };
  if (durationNs === null) return { offered: `${fromPerSecond}/s`, ...common };
  const written = steps.map((step) => ({
    ...(step.fromPerSecond === step.toPerSecond
      ? { offered: `${step.fromPerSecond}/s` }
      : { from: `${step.fromPerSecond}/s`, to: `${step.toPerSecond}/s` }),
    for: nanoseconds(step.durationNs ?? 0),
  }));
  return { steps: written, ...common };
}

function phaseText(phase: PhasePlan): unknown {
  const { name, dataset, mix, workers, queueDepth, cache, engine } = phase;
  const weights = Object.fromEntries(mix.map(({ operation, weight }) => [operation, weight]));
  return {
    name,
    dataset,
    ...(mix.length === 1 ? { operation: mix[0]?.operation } : { mix: weights }),
    access: accessText(phase),
    blockSize: blockText(phase),
    workers,
    queueDepth,
    ...(phase.hosts !== undefined && { hosts: phase.hosts }),
    ...(phase.rate !== null && { rate: rateText(phase.rate) }),
    warmup: phase.warmupAuto ? "auto" : nanoseconds(phase.warmupNs),
    ...Object(limitText(phase)),
    cache,
    engine,
    polling: phase.polling,
    ...(phase.sync !== null && { sync: phase.sync }),
    dsync: phase.dsync,
    partSize: bytes(phase.partBytes),
    partConcurrency: phase.partConcurrency,
    retries: phase.retries,
    verify: phase.verify,
    ...objectText(phase),
  };
}

/** A scenario that says everything a plan holds. */
export function scenarioText(plan: Plan): string {
  const { name, title, description, guide, seed, repetitions, intervalNs } = plan;
  return stringify({
    name,
    title,
    description,
    guide,
    seed,
    repetitions,
    ...(intervalNs > 0 && { interval: nanoseconds(intervalNs) }),
    datasets: Object.fromEntries(plan.datasets.map((one) => [one.name, datasetText(one)])),
    phases: plan.phases.map(phaseText),
  });
}
