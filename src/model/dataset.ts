import type { BucketAddress, SyntheticBehaviour } from "./target.ts";

/** How large the files of a dataset are. The sizes of a seed are the same everywhere. */
export type SizeDistribution =
  | { readonly kind: "fixed"; readonly bytes: number }
  | { readonly kind: "uniform"; readonly minBytes: number; readonly maxBytes: number }
  | {
      readonly kind: "lognormal";
      readonly meanBytes: number;
      readonly standardDeviationBytes: number;
      readonly minBytes: number;
      readonly maxBytes: number;
    };

/**
 * A dataset of the plan: `count` files (objects) or, for shards, `count` samples packed in tars.
 */
export interface DatasetPlan {
  readonly name: string;
  readonly kind: "files" | "shards";
  readonly count: number;
  readonly size: SizeDistribution;
  readonly seed: number;
  /** Size at which a tar shard is closed and the next one begun; 0 for `files`. */
  readonly shardBytes: number;
  /** Files of one directory; more go into numbered sub-directories. */
  readonly filesPerDirectory: number;
  readonly suffix: string;
}

/** Where each sample of a sharded dataset lies: file (shard) index, offset and length in bytes. */
export interface SampleIndex {
  readonly file: Int32Array;
  readonly offset: Float64Array;
  readonly length: Float64Array;
}

/**
 * A dataset as it lies in a target: names by rule and sizes by index, so that a million files cost
 * eight megabytes and cross a thread boundary without a copy (the arrays are shared memory).
 */
export interface DatasetLocation {
  readonly name: string;
  /** Path below the run's folder, or key below the run's prefix: `small-files`. */
  readonly folder: string;
  readonly suffix: string;
  readonly filesPerDirectory: number;
  readonly count: number;
  readonly sizes: Float64Array;
  readonly totalBytes: number;
  readonly samples: SampleIndex | null;
}

/** Relative path (or key) of file `index`: `small-files/000012/000012345.bin`. */
export function fileName(
  dataset: Pick<DatasetLocation, "folder" | "suffix" | "filesPerDirectory" | "count">,
  index: number,
): string {
  const file = `${String(index).padStart(9, "0")}${dataset.suffix}`;
  if (dataset.count <= dataset.filesPerDirectory) return `${dataset.folder}/${file}`;
  const directory = String(Math.floor(index / dataset.filesPerDirectory)).padStart(6, "0");
  return `${dataset.folder}/${directory}/${file}`;
}

/** Where a run's data lies, as plain data: a target yields it, an engine opens it. */
export type Location =
  | { readonly kind: "directory"; readonly root: string }
  | {
      readonly kind: "bucket";
      readonly address: BucketAddress;
      /** Key prefix of this run, ending in `/`. */
      readonly root: string;
    }
  | {
      readonly kind: "memory";
      readonly synthetic: SyntheticBehaviour | null;
    };
