import type { BucketAddress, SyntheticBehaviour } from "../target/target.ts";
import type { DataKind } from "./data.ts";

/** Distribution of file sizes. The same seed gives the same sizes on every host. */
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

/** Directory tree: `depth` levels, `width` per directory; files are in the last level. */
interface DirectoryTree {
  readonly width: number;
  readonly depth: number;
}

/** A dataset of a plan: `count` files or objects, or for shards `count` samples in tar files. */
export interface DatasetPlan {
  readonly name: string;
  readonly kind: "files" | "shards";
  readonly count: number;
  readonly size: SizeDistribution;
  readonly seed: number;
  /** Maximum size of a tar shard; 0 for `files`. */
  readonly shardBytes: number;
  /** Files per directory; more files go to numbered subdirectories. */
  readonly filesPerDirectory: number;
  /** Absent: as few directories and levels as needed. */
  readonly tree?: DirectoryTree | undefined;
  readonly suffix: string;
  /** Kind of its contents, and of data written to it. */
  readonly data: DataKind;
  /** Versions per object in a versioned bucket; absent: one, not versioned. */
  readonly versions?: number | undefined;
}

/** Position of each sample of a sharded dataset: file (shard) index, offset and length in bytes. */
export interface SampleIndex {
  readonly file: Int32Array;
  readonly offset: Float64Array;
  readonly length: Float64Array;
}

/**
 * Open directories of a local dataset, shared by all threads of the process. Access through their
 * descriptors reaches the run's own files even if the paths change.
 */
interface HeldDirectories {
  /** Descriptor of the run's directory. */
  readonly root: number;
  /** Descriptors of the directories with files, by number; -1: not open. Shared memory. */
  readonly directories: Int32Array;
}

/**
 * A dataset in a target. Names follow from rules and sizes from an index, so that a million files
 * need 8 MB, and threads share the arrays without a copy.
 */
export interface DatasetLocation {
  readonly name: string;
  /** Path below the run's directory, or key below the run's prefix: `small-files`. */
  readonly folder: string;
  readonly suffix: string;
  readonly filesPerDirectory: number;
  readonly tree?: DirectoryTree | undefined;
  readonly count: number;
  readonly sizes: Float64Array;
  readonly totalBytes: number;
  readonly samples: SampleIndex | null;
  /** Seed and kind of its contents. */
  readonly seed: number;
  readonly data: DataKind;
  /** Open directories; absent: each user opens the dataset by its path. */
  readonly held?: HeldDirectories | undefined;
  /** Entity tag of each object; set if a phase sends conditional requests. */
  readonly entityTags?: readonly string[] | undefined;
  /** Version ids: `each` per object, oldest first. */
  readonly versions?: { readonly each: number; readonly ids: readonly string[] } | undefined;
}

/** The fields that determine the names of a dataset's files. */
export type Naming = Pick<
  DatasetLocation,
  "folder" | "suffix" | "filesPerDirectory" | "count" | "tree"
>;

/** Maximum files or samples of all datasets of a plan; their sizes need 800 MB. */
export const MAX_FILES = 100_000_000;

/** Maximum directories of all datasets of a plan; their names need about 200 MB. */
const MAX_DIRECTORIES = 2_000_000;

/** Limit on files or directories that datasets exceed, and their number; null if they do not. */
export function tooManyFiles(
  datasets: readonly Pick<DatasetPlan, "count" | "filesPerDirectory" | "tree">[],
): { readonly expected: string; readonly got: string } | null {
  const files = datasets.reduce((sum, { count }) => sum + count, 0);
  if (files > MAX_FILES) {
    const expected = `at most ${grouped(MAX_FILES)} files in all datasets`;
    return { expected, got: grouped(files) };
  }
  const directories = datasets.reduce((sum, one) => sum + directoriesAtMost(one), 0);
  if (directories <= MAX_DIRECTORIES) return null;
  const expected = `at most ${grouped(MAX_DIRECTORIES)} directories in all datasets`;
  return { expected, got: grouped(directories) };
}

/** Upper bound of the directories of a dataset, its own included; assumes one sample per shard. */
function directoriesAtMost({
  count,
  filesPerDirectory,
  tree,
}: Pick<DatasetPlan, "count" | "filesPerDirectory" | "tree">): number {
  let level = Math.max(1, Math.ceil(count / filesPerDirectory));
  let directories = 1 + level;
  // The depth may be any number, because the schema reports an invalid one and continues.
  for (let above = (tree?.depth ?? 1) - 1; above > 0; above--) {
    const next = Math.ceil(level / (tree?.width ?? 1));
    // All levels above have the same number of directories.
    if (!(next < level)) return directories + next * above;
    level = next;
    directories += level;
  }
  return directories;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** Minimum header and padding of one tar member, and the two blocks that end an archive. */
const TAR_OVERHEAD_BYTES = 512 + 1024;

/** Smallest and largest possible file of a dataset, in bytes. */
export function sizeBounds(dataset: DatasetPlan): {
  readonly least: number;
  readonly most: number;
} {
  const { size } = dataset;
  const least = size.kind === "fixed" ? size.bytes : size.minBytes;
  const most = size.kind === "fixed" ? size.bytes : size.maxBytes;
  if (dataset.kind === "files") return { least, most };
  return {
    least: least + TAR_OVERHEAD_BYTES,
    most: Math.max(dataset.shardBytes, most + TAR_OVERHEAD_BYTES + 511),
  };
}

/** Minimum digits of directory and file numbers in names. */
export const NAME_DIGITS = { directory: 6, file: 9 } as const;

/** Inserted before the suffix of a file that `rename` or `copy` creates in the same directory. */
const RENAMED = "-renamed";
const COPIED = "-copy";

/** Number of directories with files. */
export function directoryCount(naming: Naming): number {
  return Math.max(1, Math.ceil(naming.count / naming.filesPerDirectory));
}

/** Levels of directories below the dataset's directory. */
export function directoryDepth(naming: Naming): number {
  return naming.tree?.depth ?? (naming.count <= naming.filesPerDirectory ? 0 : 1);
}

/** Relative path of the directory of file `index`, or its key prefix without the slash. */
export function directoryName(naming: Naming, index: number): string {
  let rest = Math.floor(index / naming.filesPerDirectory);
  let below = "";
  for (let level = directoryDepth(naming); level > 0; level--) {
    const above = level > 1 ? Math.floor(rest / (naming.tree?.width ?? 1)) : 0;
    const number = rest - above * (naming.tree?.width ?? 1);
    below = `/${String(number).padStart(NAME_DIGITS.directory, "0")}${below}`;
    rest = above;
  }
  return naming.folder + below;
}

/** Relative path (or key) of file `index`: `small-files/000012/000012345.bin`. */
export function fileName(naming: Naming, index: number): string {
  const file = String(index).padStart(NAME_DIGITS.file, "0");
  return `${directoryName(naming, index)}/${file}${naming.suffix}`;
}

/** Second name of file `index`, which `rename` sets and the next `rename` reverses. */
export function renamedName(naming: Naming, index: number): string {
  const file = String(index).padStart(NAME_DIGITS.file, "0");
  return `${directoryName(naming, index)}/${file}${RENAMED}${naming.suffix}`;
}

/** Key of the copy of object `index`. */
export function copyName(naming: Naming, index: number): string {
  const file = String(index).padStart(NAME_DIGITS.file, "0");
  return `${directoryName(naming, index)}/${file}${COPIED}${naming.suffix}`;
}

/** Location of a run's data, as plain data: a target creates it, an engine opens it. */
export type Location =
  | { readonly kind: "directory"; readonly root: string }
  | {
      /** The dataset is a region at the start of the device. */
      readonly kind: "device";
      readonly path: string;
      /** `major:minor`, which detects another device with the same name. */
      readonly deviceNumber: string;
      readonly sizeBytes: number;
      readonly logicalBlockBytes: number;
    }
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
