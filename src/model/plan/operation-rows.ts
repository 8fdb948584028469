/**
 * The operations with their traits, one row per operation. Values derived from the traits are in
 * `operation.ts`. To add an operation, add a row here and its code in the engines; the compiler
 * finds incomplete tables.
 */
/** Price classes of S3 requests: PUT, COPY, POST, LIST · GET, HEAD, others · DELETE · restore. */
export const REQUEST_CLASSES = ["write", "read", "free", "restore"] as const;
export type RequestClass = (typeof REQUEST_CLASSES)[number];

/** Traits of an operation. An absent trait is false. */
export interface OperationTraits {
  /** Help text, shared by operations with the same text; absent: the name is enough. */
  readonly help?: string;
  /** Set if it can be mixed: its position in a mix, and the unit of its weight. */
  readonly mix?: { readonly place: number; readonly weightOf: string };
  /**
   * Object of one operation: a block at an offset of a file, a file, a sample of a shard, all names
   * of a directory, or many files in one request.
   */
  readonly unit: "block" | "file" | "sample" | "directory" | "batch";
  /** Transfer of file contents: to the storage, from it, inside it, or none. */
  readonly moves: "sends" | "brings" | "copies" | "nothing";
  /** Files exist only after it (`added`) or only before it (`removed`); absent: both. */
  readonly files?: "added" | "removed";
  /** Passes over its dataset: at most one, or one by default. */
  readonly passes?: "one" | "one-by-default";
  /** State that must not change during the phase: entity tags, versions or file names. */
  readonly reliesOn?: "tags" | "versions" | "names";
  /** Transfers a file in parts, several concurrently. */
  readonly inParts?: true;
  /** Price class of its requests; DELETE is free, also for many objects. */
  readonly request: RequestClass;
  /** Remedy for files above the maximum size of a PUT; absent: it does not PUT files. */
  readonly abovePut?: string;
  /** Why it cannot run on paths, and the remedy; absent: it can. */
  readonly notOnPaths?: string;
  /** Why it cannot run on buckets, and the remedy; absent: it can. */
  readonly notOnBuckets?: string;
  /** Directory buckets (S3 Express One Zone) do not support it. */
  readonly notInDirectoryBuckets?: true;
}

const noPath = (feature: string): string => `paths do not support ${feature}; use a bucket`;

/** Operations; the position of a row is the operation's code in slot tables. */
export const OPERATION_ROWS = {
  /** Reads one block; on a bucket, a ranged GET. */
  read: {
    help: "one block",
    mix: { place: 0, weightOf: "block reads" },
    unit: "block",
    moves: "brings",
    request: "read",
  },
  write: {
    help: "one block",
    mix: { place: 1, weightOf: "block writes" },
    unit: "block",
    moves: "sends",
    request: "write",
    notOnBuckets: "objects cannot be written in place; use upload or create",
  },
  /** Writes and closes a new file. */
  create: {
    help: "a whole file (PUT, GET)",
    mix: { place: 4, weightOf: "new files (PUT)" },
    unit: "file",
    moves: "sends",
    files: "added",
    passes: "one",
    request: "write",
    abovePut: "use upload",
  },
  stat: {
    help: "metadata (HEAD)",
    mix: { place: 2, weightOf: "metadata requests (HEAD)" },
    unit: "file",
    moves: "nothing",
    request: "read",
  },
  /** Opens, reads and closes a file. */
  fetch: {
    help: "a whole file (PUT, GET)",
    mix: { place: 3, weightOf: "whole-file reads (GET)" },
    unit: "file",
    moves: "brings",
    request: "read",
  },
  delete: {
    help: "",
    mix: { place: 5, weightOf: "deletions" },
    unit: "file",
    moves: "nothing",
    files: "removed",
    passes: "one",
    request: "free",
  },
  /** Multipart upload. */
  upload: {
    help: "one object in parts",
    unit: "file",
    moves: "sends",
    files: "added",
    passes: "one-by-default",
    inParts: true,
    request: "write",
    notOnPaths: "paths do not support multipart uploads; use create or write",
  },
  /** Ranged GETs. */
  download: {
    help: "one object in parts",
    unit: "file",
    moves: "brings",
    inParts: true,
    request: "read",
    notOnPaths: "paths do not support parallel downloads of one object; use fetch or read",
  },
  /** Reads a tar shard from start to end. */
  stream: {
    help: "samples of a tar shard in order",
    unit: "sample",
    moves: "brings",
    request: "read",
  },
  /** Renames a file to its second name in the same directory; the next rename reverses it. */
  rename: {
    help: "to a second name, then back",
    mix: { place: 6, weightOf: "renames" },
    unit: "file",
    moves: "nothing",
    reliesOn: "names",
    request: "write",
    notOnBuckets: "objects cannot be renamed; leave the phase out",
  },
  /** Counts names; on a bucket, reads all pages of a prefix. */
  list: {
    help: "all names of a directory",
    mix: { place: 7, weightOf: "listings of a directory" },
    unit: "directory",
    moves: "nothing",
    request: "write",
  },
  /** Copies an object to its second key. */
  copy: {
    mix: { place: 8, weightOf: "copies inside a bucket" },
    unit: "file",
    moves: "copies",
    request: "write",
    abovePut: "use smaller objects",
    notOnPaths: noPath("server-side copies"),
  },
  deleteObjects: {
    unit: "batch",
    moves: "nothing",
    files: "removed",
    passes: "one",
    request: "free",
    notOnPaths: noPath("requests for many files"),
  },
  putTags: {
    mix: { place: 9, weightOf: "writes of object tags" },
    unit: "file",
    moves: "nothing",
    request: "write",
    notOnPaths: noPath("tags"),
    notInDirectoryBuckets: true,
  },
  getTags: {
    mix: { place: 10, weightOf: "reads of object tags" },
    unit: "file",
    moves: "nothing",
    request: "read",
    notOnPaths: noPath("tags"),
    notInDirectoryBuckets: true,
  },
  /** Conditional GET with the current entity tag; the response has the object. */
  fetchIfMatch: {
    mix: { place: 11, weightOf: "GETs with If-Match" },
    unit: "file",
    moves: "brings",
    reliesOn: "tags",
    request: "read",
    notOnPaths: noPath("conditional reads"),
  },
  /** Conditional GET with the current entity tag; the expected response is 304. */
  fetchIfNoneMatch: {
    mix: { place: 12, weightOf: "GETs with If-None-Match (response 304)" },
    unit: "file",
    moves: "nothing",
    reliesOn: "tags",
    request: "read",
    notOnPaths: noPath("conditional reads"),
  },
  /** PUTs a new version of an existing object in a versioned bucket. */
  createVersion: {
    mix: { place: 13, weightOf: "PUTs of a new version" },
    unit: "file",
    moves: "sends",
    reliesOn: "versions",
    request: "write",
    abovePut: "use upload",
    notOnPaths: noPath("versions"),
    notInDirectoryBuckets: true,
  },
  fetchVersion: {
    mix: { place: 14, weightOf: "GETs of a version by its id" },
    unit: "file",
    moves: "brings",
    reliesOn: "versions",
    request: "read",
    notOnPaths: noPath("versions"),
    notInDirectoryBuckets: true,
  },
  /** Lists all versions of all keys. */
  listVersions: {
    mix: { place: 15, weightOf: "listings of versions" },
    unit: "directory",
    moves: "nothing",
    reliesOn: "versions",
    request: "write",
    notOnPaths: noPath("versions"),
    notInDirectoryBuckets: true,
  },
  /** Requests an archived object and polls it until it can be read. */
  restore: {
    unit: "file",
    moves: "nothing",
    passes: "one-by-default",
    request: "restore",
    notOnPaths: noPath("archived files"),
    notInDirectoryBuckets: true,
  },
} as const satisfies Readonly<Record<string, OperationTraits>>;
