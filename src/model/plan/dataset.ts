import type { BucketAddress, SyntheticBehaviour } from "../target/target.ts";
import type { DataKind } from "./data.ts";

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

/** Directories in directories: `depth` levels of them, `width` in each; files lie in the last. */
interface DirectoryTree {
  readonly width: number;
  readonly depth: number;
}

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
  /** Without one there are no more directories, and no more levels of them, than are needed. */
  readonly tree?: DirectoryTree | undefined;
  readonly suffix: string;
  /** What its bytes are like, and those that are written into it. */
  readonly data: DataKind;
  /** Versions of each object in a versioned bucket; absent: one, and nobody asks for it. */
  readonly versions?: number | undefined;
}

/** Where each sample of a sharded dataset lies: file (shard) index, offset and length in bytes. */
export interface SampleIndex {
  readonly file: Int32Array;
  readonly offset: Float64Array;
  readonly length: Float64Array;
}

/**
 * Open directories of a local dataset, shared by all threads of the process: what begins at one of
 * them reaches the run's own files, wherever their paths lead by now.
 */
interface HeldDirectories {
  /** Descriptor of the run's folder. */
  readonly root: number;
  /** Descriptors of the directories that hold files, by number; -1: not held. Shared memory. */
  readonly directories: Int32Array;
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
  readonly tree?: DirectoryTree | undefined;
  readonly count: number;
  readonly sizes: Float64Array;
  readonly totalBytes: number;
  readonly samples: SampleIndex | null;
  /** Seed and kind of its contents. */
  readonly seed: number;
  readonly data: DataKind;
  /** What this process has open of it; absent: whoever works there opens it by its path. */
  readonly held?: HeldDirectories | undefined;
  /** Entity tag of each object, where a phase asks for objects by it. */
  readonly entityTags?: readonly string[] | undefined;
  /** Versions of the objects, so many of each one after the other, oldest first. */
  readonly versions?: { readonly each: number; readonly ids: readonly string[] } | undefined;
}

/** What the names of a dataset's files follow from. */
export type Naming = Pick<
  DatasetLocation,
  "folder" | "suffix" | "filesPerDirectory" | "count" | "tree"
>;

/** Files (or samples) of all datasets of a plan together at the most: their sizes take 800 MB. */
export const MAX_FILES = 100_000_000;

/** Directories of all datasets of a plan together at the most: their names take some 200 MB. */
const MAX_DIRECTORIES = 2_000_000;

/**
 * What datasets have too many of to be laid out: the most that is expected, and what they have;
 * null where they do not. Nothing is laid out to find that.
 */
export function tooManyFiles(
  datasets: readonly Pick<DatasetPlan, "count" | "filesPerDirectory" | "tree">[],
): { readonly expected: string; readonly got: string } | null {
  const files = datasets.reduce((sum, { count }) => sum + count, 0);
  if (files > MAX_FILES) {
    const expected = `at most ${grouped(MAX_FILES)} files in all datasets together`;
    return { expected, got: grouped(files) };
  }
  const directories = datasets.reduce((sum, one) => sum + directoriesAtMost(one), 0);
  if (directories <= MAX_DIRECTORIES) return null;
  const expected = `at most ${grouped(MAX_DIRECTORIES)} directories in all datasets together`;
  return { expected, got: grouped(directories) };
}

/** Directories of a dataset on all levels, its own included; of shards, if each had one sample. */
function directoriesAtMost({
  count,
  filesPerDirectory,
  tree,
}: Pick<DatasetPlan, "count" | "filesPerDirectory" | "tree">): number {
  let level = Math.max(1, Math.ceil(count / filesPerDirectory));
  let directories = 1 + level;
  // The depth may be any number: the schema reports a wrong one and reads on.
  for (let above = (tree?.depth ?? 1) - 1; above > 0; above--) {
    const next = Math.ceil(level / (tree?.width ?? 1));
    // From here up every level has as many.
    if (!(next < level)) return directories + next * above;
    level = next;
    directories += level;
  }
  return directories;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** Header and padding of one tar member at the least, and the two blocks that end an archive. */
const TAR_OVERHEAD_BYTES = 512 + 1024;

/** The smallest and largest file a dataset can hold, in bytes. */
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

/** Digits of a directory's and of a file's number; more only where there are more directories. */
export const NAME_DIGITS = { directory: 6, file: 9 } as const;

/** Before the suffix of the name that `rename` or `copy` gives a file, of the same directory. */
const RENAMED = "-renamed";
const COPIED = "-copy";

/** Directories that hold files. */
export function directoryCount(naming: Naming): number {
  return Math.max(1, Math.ceil(naming.count / naming.filesPerDirectory));
}

/** Levels of directories below the dataset's folder. */
export function directoryDepth(naming: Naming): number {
  return naming.tree?.depth ?? (naming.count <= naming.filesPerDirectory ? 0 : 1);
}

/** Relative path of the directory (or key prefix, without its slash) that holds file `index`. */
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

/** The path that `rename` gives file `index`, and takes from it again the next time. */
export function renamedName(naming: Naming, index: number): string {
  const file = String(index).padStart(NAME_DIGITS.file, "0");
  return `${directoryName(naming, index)}/${file}${RENAMED}${naming.suffix}`;
}

/** The key that `copy` gives the copy of object `index`. */
export function copyName(naming: Naming, index: number): string {
  const file = String(index).padStart(NAME_DIGITS.file, "0");
  return `${directoryName(naming, index)}/${file}${COPIED}${naming.suffix}`;
}

/** Where a run's data lies, as plain data: a target yields it, an engine opens it. */
export type Location =
  | { readonly kind: "directory"; readonly root: string }
  | {
      /** The dataset is a region of the device itself, from its first byte on. */
      readonly kind: "device";
      readonly path: string;
      /** `major:minor`, so that nobody opens another device that took its name. */
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
