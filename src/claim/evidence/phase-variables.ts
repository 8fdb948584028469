import type { DatasetPlan } from "../../model/plan/dataset.ts";
import { BLOCKS, operationCode } from "../../model/plan/operation.ts";
import { type Known, targetKindOf } from "../../model/target/knowledge.ts";
import type { Provisioned } from "../../model/target/target.ts";
import type { Evidence } from "./evidence.ts";

/** What an expression can be about. */
export type Variables = Readonly<Record<string, number | string | boolean>>;

const MB = 1e6;
const GIGABIT = 1e9 / 8;
const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
const TIB = 2 ** 40;

/** Values of all variables that are known of a phase and the storage it ran on. */
export function variablesOf(evidence: Evidence): Variables {
  const { target, knowledge } = evidence;
  const all: Readonly<Record<string, number | string | boolean | undefined>> = {
    kind: targetKindOf(target, knowledge),
    ...provisionedVariables(knowledge.provisioned),
    ...instanceVariables(evidence),
    ...phaseVariables(evidence),
    emulated: target.emulated !== undefined,
    credit_scale: target.emulated?.scale ?? 1,
    ...addressVariables(evidence),
  };
  const known: Record<string, number | string | boolean> = {};
  for (const [name, value] of Object.entries(all)) if (value !== undefined) known[name] = value;
  return known;
}

/** `eu` of `eu-west-1`: Regions of one area are near each other. */
function areaOf(region: string | undefined): string | undefined {
  return region?.split("-")[0];
}

function addressVariables({ target: { address }, knowledge }: Evidence): Some {
  const bucket = address.kind === "bucket" ? address : undefined;
  return {
    region: bucket?.region,
    area: areaOf(bucket?.region),
    instance_area: areaOf(knowledge.instance.region?.value),
    accelerate: bucket === undefined ? undefined : bucket.accelerate === true,
  };
}

type Some = Readonly<Record<string, number | string | boolean | undefined>>;

function provisionedVariables(known: Known<Provisioned>): Some {
  const size = known.sizeBytes?.value;
  const throughput = known.throughputBytesPerSecond?.value;
  const stored = known.storedBytes?.value;
  return {
    size_gib: over(size, GIB),
    size_tib: over(size, TIB),
    iops: known.iops?.value,
    throughput_mibs: over(throughput, MIB),
    throughput_mbs: over(throughput, MB),
    throughput_per_tib_mbs: over(known.throughputPerTibBytesPerSecond?.value, MB),
    stored_gib: over(stored, GIB),
    stored_tib: over(stored, TIB),
    metadata_iops: known.metadataIops?.value,
    origin: known.origin?.value,
    initialised: known.initialised?.value,
    encrypted: known.encrypted?.value,
    zone: known.zone?.value,
    throughput_mode: known.throughputMode?.value,
    performance_mode: known.performanceMode?.value,
    availability: known.availability?.value,
    file_class: known.fileClass?.value,
    deployment: known.deployment?.value,
    medium: known.medium?.value,
    linked_to_s3: known.linkedToS3?.value,
    untouched_days: known.untouchedDays?.value,
  };
}

function instanceVariables({ knowledge: { instance } }: Evidence): Some {
  return {
    instance_type: instance.type?.value,
    instance_region: instance.region?.value,
    instance_zone: instance.zone?.value,
    instance_ebs_baseline_mbs: over(instance.ebsBaselineBytesPerSecond?.value, MB),
    instance_ebs_maximum_mbs: over(instance.ebsMaximumBytesPerSecond?.value, MB),
    instance_ebs_baseline_iops: instance.ebsBaselineIops?.value,
    instance_ebs_maximum_iops: instance.ebsMaximumIops?.value,
    instance_network_baseline_gbps: over(instance.networkBaselineBytesPerSecond?.value, GIGABIT),
    instance_network_maximum_gbps: over(instance.networkMaximumBytesPerSecond?.value, GIGABIT),
  };
}

function phaseVariables(evidence: Evidence): Some {
  const { phase } = evidence;
  const weights = phase.mix.reduce((sum, { weight }) => sum + weight, 0);
  const reads = phase.mix.filter(({ operation }) => operation === "read");
  const rate = phase.rate;
  return {
    operation: operationsOf(evidence),
    access: phase.access,
    block_kib: phase.blockBytes / KIB,
    object_mib: meanFileBytes(evidence) / MIB,
    in_flight: inFlight(evidence),
    workers: phase.workers,
    queue_depth: phase.queueDepth,
    clients: evidence.clients,
    of_another_client: isOfAnother(evidence),
    offered_per_second: rate === null ? undefined : offeredPerSecond(evidence),
    read_share: reads.reduce((sum, { weight }) => sum + weight, 0) / Math.max(1, weights),
    cache: phase.cache,
    engine: evidence.repetitions[0]?.result.engine ?? phase.engine,
    direct: phase.cache === "direct",
    storage_class: phase.objects.storageClass ?? "STANDARD",
    encryption: phase.objects.encryption.kind,
    part_mib: phase.partBytes / MIB,
    part_concurrency: phase.partConcurrency,
    restore_tier: phase.restore?.tier,
    prefixes: directoriesOf(evidence),
    listing: phase.listing.prefix,
    verify: phase.verify || phase.objects.verify,
  };
}

/** Operations of a phase: `read`, or `read+write` for a mix. */
export function operationsOf({ phase }: Evidence): string {
  return phase.mix
    .map(({ operation }) => operation)
    .sort((a, b) => operationCode(a) - operationCode(b))
    .join("+");
}

/** Operations in flight at the most, over all workers of all processes. */
export function inFlight({ phase, processes }: Evidence): number {
  return phase.workers * phase.queueDepth * processes;
}

/** Whether each client reads what another client wrote. */
function isOfAnother({ repetitions, clients }: Evidence): boolean {
  if (clients < 2) return false;
  return repetitions.every(({ result }) => (result.start?.rotation ?? 0) > 0);
}

/** Bytes one operation moves: a block, or a whole file where files are moved as a whole. */
export function operationBytes(evidence: Evidence): number {
  const whole = evidence.phase.mix.some(({ operation }) => !BLOCKS.has(operation));
  return whole ? meanFileBytes(evidence) : evidence.phase.blockBytes;
}

/** Smallest and largest bytes that one operation moves, over a mix of blocks or of file sizes. */
export function operationByteRange(evidence: Evidence): readonly [least: number, most: number] {
  const bytes = operationBytes(evidence);
  const { mix, blockMix = [] } = evidence.phase;
  if (mix.every(({ operation }) => BLOCKS.has(operation))) {
    const sizes = [bytes, ...blockMix.map((block) => block.bytes)];
    return [Math.min(...sizes), Math.max(...sizes)];
  }
  const size = datasetOf(evidence)?.size;
  if (size === undefined || size.kind === "fixed") return [bytes, bytes];
  return [Math.min(bytes, size.minBytes), Math.max(bytes, size.maxBytes)];
}

function meanFileBytes(evidence: Evidence): number {
  const count = datasetOf(evidence)?.count ?? 1;
  return datasetBytesOf(evidence) / Math.max(1, count);
}

/** Bytes of the dataset that a phase works on; as planned if it is not measured yet. */
export function datasetBytesOf(evidence: Evidence): number {
  const measured = evidence.repetitions[0]?.result.datasetBytes;
  return measured ?? plannedBytes(datasetOf(evidence));
}

function plannedBytes(dataset: DatasetPlan | undefined): number {
  if (dataset === undefined) return 0;
  const { size, count } = dataset;
  if (size.kind === "fixed") return size.bytes * count;
  return (size.kind === "uniform" ? (size.minBytes + size.maxBytes) / 2 : size.meanBytes) * count;
}

/** Directories that hold the dataset's files: so many prefixes are worked on in a bucket. */
function directoriesOf(evidence: Evidence): number | undefined {
  const dataset = datasetOf(evidence);
  if (dataset === undefined) return undefined;
  return Math.max(1, Math.ceil(dataset.count / dataset.filesPerDirectory));
}

/** The dataset that a phase works on; undefined where the plan does not describe it. */
export function datasetOf({ repetitions, phase, planned }: Evidence): DatasetPlan | undefined {
  const plan = repetitions[0]?.run.plan ?? planned;
  return plan?.datasets.find(({ name }) => name === phase.dataset);
}

function offeredPerSecond({ repetitions }: Evidence): number | undefined {
  return repetitions[0]?.result.openLoop?.offeredPerSecond;
}

function over(value: number | undefined, unit: number): number | undefined {
  return value === undefined ? undefined : value / unit;
}
