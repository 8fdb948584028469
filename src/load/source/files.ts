import { directoryCount } from "../../model/plan/dataset.ts";
import { ALTERS_FILES } from "../../model/plan/operation.ts";
import { Random } from "../../model/random/random.ts";
import { Permutation } from "./permutation.ts";
import { dealt, type Share, spread, stretch } from "./shares.ts";
import { epochsIn, type OperationSource, type SourceTask } from "./source.ts";

const VERSIONS_STREAM = 0x76657273;

/**
 * Walks this worker's share of the items, shuffled again in each epoch, unless files are renamed:
 * the second rename of one would wait for the first if they followed each other. Positions are
 * computed on demand: a walk over a million items needs no more memory than one over ten.
 */
class Walk {
  private readonly share: Share;
  private readonly order: Permutation | null;
  private readonly task: SourceTask;
  private readonly epochs: number;
  private readonly keepsOrder: boolean;
  private position = 0;
  private epoch = 0;

  constructor(share: Share, task: SourceTask, shuffled: boolean) {
    this.share = share;
    this.task = task;
    this.epochs = epochsIn(task.phase);
    this.keepsOrder = task.phase.mix.some(({ operation }) => operation === "rename");
    this.order = shuffled && share.length > 0 ? new Permutation(share.length, ...this.key()) : null;
  }

  /** The next item; -1 after all epochs. */
  next(): number {
    const { share, order } = this;
    if (this.position === share.length) {
      this.position = 0;
      this.epoch++;
      if (!this.keepsOrder) order?.shuffle(...this.key());
    }
    if (share.length === 0 || this.epoch >= this.epochs) return -1;
    const position = this.position++;
    return share.item(order === null ? position : order.at(position));
  }

  private key(): [seed: number, stream: number] {
    return [this.task.seed, this.epoch * this.task.workers + this.task.worker];
  }
}

/**
 * Whole files: create, stat, fetch, rename, delete, upload, download. A worker's files are
 * consecutive, so that with many directories two workers seldom change the same one, and dealt to
 * its operations in flight for the same reason: a directory accepts one change at a time.
 */
export function wholeFiles(task: SourceTask): OperationSource {
  const { file, length, offset, depth } = task.slots;
  const { sizes, versions } = task.dataset;
  const random = new Random(task.seed, VERSIONS_STREAM + task.worker);
  const own = stretch(task.dataset.count, task);
  const changes = task.phase.mix.some(({ operation }) => ALTERS_FILES.has(operation));
  const share = changes ? dealt(own, task.dataset.filesPerDirectory, depth) : own;
  const walk = new Walk(share, task, task.phase.access !== "sequential");
  return {
    next(slot) {
      const item = walk.next();
      if (item < 0) return false;
      file[slot] = item;
      length[slot] = sizes[item] ?? 0;
      if (versions !== undefined) offset[slot] = Math.floor(random.unit() * versions.each);
      return true;
    },
  };
}

/** Consecutive files of a worker's share in groups; `length` is the size of a group. */
export function batches(task: SourceTask): OperationSource {
  const { file, length } = task.slots;
  const files = stretch(task.dataset.count, task);
  const most = task.phase.keysPerRequest;
  const share = { length: Math.ceil(files.length / most), item: (position: number) => position };
  const walk = new Walk(share, task, task.phase.access !== "sequential");
  return {
    next(slot) {
      const batch = walk.next();
      if (batch < 0) return false;
      file[slot] = files.item(batch * most);
      length[slot] = Math.min(most, files.length - batch * most);
      return true;
    },
  };
}

/** Whole directories, identified by their first file; every worker lists the whole dataset. */
export function directories(task: SourceTask): OperationSource {
  const { file } = task.slots;
  const { filesPerDirectory } = task.dataset;
  const share =
    task.phase.listing.prefix === "dataset"
      ? { length: 1, item: () => 0 }
      : stretch(directoryCount(task.dataset), task);
  const walk = new Walk(share, task, task.phase.access !== "sequential");
  return {
    next(slot) {
      const item = walk.next();
      if (item < 0) return false;
      file[slot] = item * filesPerDirectory;
      return true;
    },
  };
}

/** Whole samples in tar shards, at random by the index of the shards. */
export function sampleReads(task: SourceTask): OperationSource {
  const samples = task.dataset.samples;
  if (samples === null) throw new Error(`dataset ${task.dataset.name} has no sample index`);
  const { file, offset, length } = task.slots;
  const walk = new Walk(spread(samples.length.length, task), task, true);
  return {
    next(slot) {
      const item = walk.next();
      if (item < 0) return false;
      file[slot] = samples.file[item] ?? 0;
      offset[slot] = samples.offset[item] ?? 0;
      length[slot] = samples.length[item] ?? 0;
      return true;
    },
  };
}

/**
 * Samples in the order of their shards. Each slot reads one shard from start to end and then takes
 * the worker's next one, like a reader of a data loader.
 */
export function shardStreams(task: SourceTask): OperationSource {
  const samples = task.dataset.samples;
  if (samples === null) throw new Error(`dataset ${task.dataset.name} has no sample index`);
  const { file, offset, length, depth } = task.slots;
  const share = spread(task.dataset.count, task);
  const walk = new Walk(share, task, task.phase.access === "shuffled");
  const total = samples.file.length;
  const firstSample = new Int32Array(task.dataset.count + 1).fill(total);
  for (let item = total - 1; item >= 0; item--) firstSample[samples.file[item] ?? 0] = item;
  const nextSample = new Int32Array(depth);
  const endSample = new Int32Array(depth);
  return {
    next(slot) {
      while ((nextSample[slot] ?? 0) >= (endSample[slot] ?? 0)) {
        const shard = walk.next();
        if (shard < 0) return false;
        nextSample[slot] = firstSample[shard] ?? total;
        endSample[slot] = firstSample[shard + 1] ?? total;
      }
      const item = nextSample[slot] ?? 0;
      nextSample[slot] = item + 1;
      file[slot] = samples.file[item] ?? 0;
      offset[slot] = samples.offset[item] ?? 0;
      length[slot] = samples.length[item] ?? 0;
      return true;
    },
  };
}
