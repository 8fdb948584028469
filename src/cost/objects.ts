import { packShards } from "../model/content/packing.ts";
import { drawSizes } from "../model/content/sizes.ts";
import type { DatasetPlan } from "../model/plan/dataset.ts";

/** Samples whose sizes are drawn; the figures of a larger dataset are scaled from these. */
const MAX_DRAWN = 200_000;
/** Margin on scaled figures, because the samples after the drawn ones may be larger. */
const SCALED_MARGIN = 1.02;

/** Objects of a dataset in a bucket, or the samples inside of its shards. */
interface Items {
  readonly count: number;
  readonly totalBytes: number;
  readonly leastBytes: number;
  readonly mostBytes: number;
  /** Sum of a function of the size in bytes over all items. */
  readonly sum: (of: (bytes: number) => number) => number;
}

/** Stored objects of a dataset, and its samples; for `files`, both are the same. */
export interface DatasetItems {
  readonly objects: Items;
  readonly samples: Items;
}

const known = new WeakMap<DatasetPlan, DatasetItems>();

/**
 * Returns the objects of a dataset as a run lays them out; figures of a dataset with more than
 * 200,000 samples are scaled from its first samples, with a margin of 2%.
 */
export function itemsOf(dataset: DatasetPlan): DatasetItems {
  const found = known.get(dataset) ?? layOut(dataset);
  known.set(dataset, found);
  return found;
}

function layOut(dataset: DatasetPlan): DatasetItems {
  const { count, kind, shardBytes, size } = dataset;
  if (kind === "files" && size.kind === "fixed") {
    const items = equalItems(count, size.bytes);
    return { objects: items, samples: items };
  }
  const drawn = Math.min(count, MAX_DRAWN);
  const sizes = drawSizes({ ...dataset, count: drawn });
  const scale = drawn === count ? 1 : (count / drawn) * SCALED_MARGIN;
  const samples = { ...itemsWith(sizes, scale), count };
  if (kind === "files") return { objects: samples, samples };
  return { objects: itemsWith(packShards(sizes, shardBytes).sizes, scale), samples };
}

function equalItems(count: number, bytes: number): Items {
  const totalBytes = count * bytes;
  return { count, totalBytes, leastBytes: bytes, mostBytes: bytes, sum: (of) => count * of(bytes) };
}

function itemsWith(sizes: Float64Array, scale: number): Items {
  const sum: Items["sum"] = (of) => {
    let total = 0;
    for (const bytes of sizes) total += of(bytes);
    return Math.ceil(total * scale);
  };
  let leastBytes = Number.POSITIVE_INFINITY;
  let mostBytes = 0;
  for (const bytes of sizes) {
    leastBytes = Math.min(leastBytes, bytes);
    mostBytes = Math.max(mostBytes, bytes);
  }
  return {
    count: Math.ceil(sizes.length * scale),
    totalBytes: sum((bytes) => bytes),
    leastBytes: sizes.length === 0 ? 0 : leastBytes,
    mostBytes,
    sum,
  };
}
