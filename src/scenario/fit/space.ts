import { drawSizes } from "../../model/content/sizes.ts";
import { type DatasetPlan, directoryCount, directoryDepth } from "../../model/plan/dataset.ts";
import { suits } from "../../model/plan/object-options.ts";
import { BLOCKS, isLiveMix, needsOf, OPERATION, SENDS } from "../../model/plan/operation.ts";
import { longestNs, type PhasePlan, type Plan } from "../../model/plan/plan.ts";
import type { StorageFacts } from "./facts.ts";

/** Bytes that one run of a plan writes to a target, and the space that it needs there. */
export interface PlanSpace {
  /** Bytes that preparation writes, all repetitions; 0 for a device, which needs no preparation. */
  readonly preparedBytes: number;
  /** Files or objects that preparation writes, all repetitions. */
  readonly preparedFiles: number;
  /** Bytes that phases with an end by count write at most, all repetitions. */
  readonly loadBytes: number;
  /** Names of the phases that write for a time, so that their bytes depend on the rate. */
  readonly timedWriters: readonly string[];
  /** Space that all data takes at the fullest moment, in whole blocks of the file system, bytes. */
  readonly peakBytes: number;
  /** Files and directories at the fullest moment. */
  readonly peakFiles: number;
  /** Names of the datasets that exist at the fullest moment; of a device, the largest one. */
  readonly peakDatasets: readonly string[];
}

/** Size of a dataset in a target. */
export interface DatasetSpace {
  /** Bytes of its files. */
  readonly bytes: number;
  readonly files: number;
  /** Bytes in whole blocks of the file system, for all versions. */
  readonly allocatedBytes: number;
  /** Files and directories. */
  readonly entries: number;
}

type Unit = Pick<StorageFacts, "kind" | "blockBytes">;

/** A target that allocates single bytes. */
const EXACT: Unit = { kind: "directory", blockBytes: 1 };

/**
 * Returns what one run of a plan writes and the space it needs. The peak is an upper bound, because
 * a phase may create all files of its dataset.
 */
export function spaceOf(plan: Plan, unit: Unit = EXACT): PlanSpace {
  const sizes = new Map(plan.datasets.map((one) => [one.name, datasetSpace(one, unit.blockBytes)]));
  const walk = new Walk(sizes, unit);
  // All repetitions after the first begin and end with the same datasets.
  for (const phase of plan.phases) walk.visit(phase);
  const first = walk.written();
  if (plan.repetitions > 1) for (const phase of plan.phases) walk.visit(phase);
  const second = walk.written();
  const sum = (field: keyof typeof first): number =>
    first[field] + (second[field] - first[field]) * (plan.repetitions - 1);
  const timed = plan.phases.filter(isTimedWriter);
  return {
    preparedBytes: sum("preparedBytes"),
    preparedFiles: sum("preparedFiles"),
    loadBytes: sum("loadBytes"),
    timedWriters: timed.map(({ name }) => name),
    ...walk.peak(),
  };
}

/** Follows a plan phase by phase and adds up what it writes and what exists. */
class Walk {
  private readonly sizes: ReadonlyMap<string, DatasetSpace>;
  private readonly unit: Unit;
  /** The datasets that exist, with the phase that determines how their objects are stored. */
  private readonly present = new Map<string, PhasePlan>();
  private readonly sum = { preparedBytes: 0, preparedFiles: 0, loadBytes: 0 };
  private peakBytes = 0;
  private peakFiles = 0;
  private peakDatasets: readonly string[] = [];

  constructor(sizes: ReadonlyMap<string, DatasetSpace>, unit: Unit) {
    this.sizes = sizes;
    this.unit = unit;
  }

  written() {
    return { ...this.sum };
  }

  peak() {
    const { peakBytes, peakFiles, peakDatasets } = this;
    return { peakBytes, peakFiles, peakDatasets };
  }

  visit(phase: PhasePlan): void {
    const size = this.sizes.get(phase.dataset);
    if (size === undefined || this.unit.kind === "memory") return;
    const operations = phase.mix.map(({ operation }) => operation);
    const isPresent = needsOf(operations) === "present";
    const found = this.present.get(phase.dataset);
    const isStored = found !== undefined && suits(found.objects, phase.objects);
    if (isPresent && !isStored && this.unit.kind !== "device") {
      this.sum.preparedBytes += size.bytes;
      this.sum.preparedFiles += size.files;
    }
    this.present.set(phase.dataset, isStored ? found : phase);
    const copies = operations.some((one) => OPERATION[one].moves === "copies");
    this.see(copies ? size : null);
    this.sum.loadBytes += countedBytes(phase, size);
    const removes = operations.some((one) => OPERATION[one].files === "removed");
    if (removes && !isLiveMix(operations)) this.present.delete(phase.dataset);
  }

  private see(copied: DatasetSpace | null): void {
    const names = [...this.present.keys()];
    const found = names.flatMap((name) => this.sizes.get(name) ?? []);
    if (this.unit.kind === "device") {
      for (const [at, { allocatedBytes }] of found.entries()) {
        this.peakAt(allocatedBytes, names.slice(at, at + 1));
      }
      return;
    }
    const all = copied === null ? found : [...found, copied];
    const sum = (field: "allocatedBytes" | "entries") =>
      all.reduce((total, one) => total + one[field], 0);
    this.peakAt(sum("allocatedBytes"), names);
    this.peakFiles = Math.max(this.peakFiles, sum("entries"));
  }

  private peakAt(bytes: number, names: readonly string[]): void {
    if (bytes <= this.peakBytes) return;
    this.peakBytes = bytes;
    this.peakDatasets = names;
  }
}

/** Whether a phase sends data to the storage until a time has passed. */
export function isTimedWriter(phase: PhasePlan): boolean {
  return writes(phase) && longestNs(phase.limit) !== null;
}

function writes({ mix }: PhasePlan): boolean {
  return mix.some(({ operation }) => SENDS.has(operation));
}

/** Bytes that a phase with an end by count writes at most. */
function countedBytes(phase: PhasePlan, size: DatasetSpace): number {
  const { limit, mix } = phase;
  const all = mix.reduce((sum, { weight }) => sum + weight, 0);
  const weights = mix.reduce((sum, one) => sum + (SENDS.has(one.operation) ? one.weight : 0), 0);
  const share = weights / Math.max(1, all);
  if (share === 0) return 0;
  const ofBlocks = mix.every(({ operation }) => BLOCKS.has(operation));
  const each = ofBlocks ? phase.blockBytes : size.bytes / Math.max(1, size.files);
  switch (limit.kind) {
    case "bytes":
      return limit.bytes * share;
    case "operations":
      return Math.min(limit.operations * each, Number.MAX_SAFE_INTEGER) * share;
    case "epochs":
      return limit.epochs * size.bytes * share;
    case "duration":
    case "steady":
      return 0;
  }
}

/** Samples whose sizes are drawn; the sum of more is scaled from these. */
const MAX_DRAWN = 200_000;
/** Header and padding of a tar member at most, and end and padding of an archive at most. */
const TAR_MEMBER_BYTES = 512 + 511;
const TAR_ARCHIVE_BYTES = 1024 + 10_240;

/** Returns the size of a dataset in a target that allocates blocks of `blockBytes`. */
export function datasetSpace(dataset: DatasetPlan, blockBytes: number): DatasetSpace {
  const { bytes, inBlocks } = samplesOf(dataset, blockBytes);
  const versions = dataset.versions ?? 1;
  if (dataset.kind === "files") {
    const { count } = dataset;
    const entries = count + directoriesOf(dataset);
    const total = bytes * versions;
    return { bytes: total, files: count * versions, allocatedBytes: inBlocks * versions, entries };
  }
  const members = bytes + dataset.count * TAR_MEMBER_BYTES;
  const mean = members / Math.max(1, dataset.count);
  // The last sample that fits leaves half a sample of a shard free on average.
  const shards = Math.ceil(members / Math.max(mean, dataset.shardBytes - mean / 2));
  const total = members + shards * TAR_ARCHIVE_BYTES;
  const files = Math.min(dataset.count, shards);
  const naming = { ...dataset, folder: "", count: files };
  const entries = files + directoriesOf(naming);
  return { bytes: total, files, allocatedBytes: total + files * blockBytes, entries };
}

/** Bytes of the files or samples of a dataset, exact, and rounded up to whole blocks. */
function samplesOf(dataset: DatasetPlan, blockBytes: number) {
  const { count, size } = dataset;
  const whole = (bytes: number) => Math.ceil(bytes / blockBytes) * blockBytes;
  if (size.kind === "fixed") {
    return { bytes: count * size.bytes, inBlocks: count * whole(size.bytes) };
  }
  const drawn = Math.min(count, MAX_DRAWN);
  let bytes = 0;
  let inBlocks = 0;
  for (const one of drawSizes({ ...dataset, count: drawn })) {
    bytes += one;
    inBlocks += whole(one);
  }
  const scale = drawn === 0 ? 0 : count / drawn;
  return { bytes: Math.ceil(bytes * scale), inBlocks: Math.ceil(inBlocks * scale) };
}

/** Directories of a dataset, its own included. */
function directoriesOf(
  dataset: Pick<DatasetPlan, "count" | "filesPerDirectory" | "tree" | "suffix">,
) {
  const naming = { ...dataset, folder: "" };
  let level = directoryCount(naming);
  let all = 1;
  for (let depth = directoryDepth(naming); depth > 0; depth--) {
    all += level;
    level = Math.ceil(level / (dataset.tree?.width ?? level));
  }
  return all;
}
