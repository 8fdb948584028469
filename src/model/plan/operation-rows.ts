/**
 * Every operation, a row each, and all that is true of it wherever it runs. What follows from these
 * traits is in `operation.ts`. A new operation is a row here and its code in the engines, whose
 * tables do not compile without it.
 */
/** How a store charges for a request: PUT, COPY, POST, LIST · GET, HEAD and others · DELETE. */
export const REQUEST_CLASSES = ["write", "read", "free", "restore"] as const;
export type RequestClass = (typeof REQUEST_CLASSES)[number];

/** What is true of an operation. An absent trait is one that it does not have. */
export interface OperationTraits {
  /** Its help, which operations with the same words share; absent: its name says enough. */
  readonly help?: string;
  /** It can share a phase: its place in a mix as written down, and what its weight is of. */
  readonly mix?: { readonly place: number; readonly weightOf: string };
  /**
   * What one operation is about: a block at an offset of a file, a file, a sample of a shard, all
   * names of a directory, or many files in one request.
   */
  readonly unit: "block" | "file" | "sample" | "directory" | "batch";
  /** Contents of files go to the storage, come from it, are copied inside it, or do not move. */
  readonly moves: "sends" | "brings" | "copies" | "nothing";
  /** Its files are there only after it, or only before it; absent: before and after. */
  readonly files?: "added" | "removed";
  /** Passes over its dataset: one at the most, or one unless the phase says otherwise. */
  readonly passes?: "one" | "one-by-default";
  /** What has to be as it was when the phase began: entity tags, versions, or the files' names. */
  readonly reliesOn?: "tags" | "versions" | "names";
  /** A file moves in parts, several at a time. */
  readonly inParts?: true;
  /** How its requests are charged; DELETE is free, also of many objects. */
  readonly request: RequestClass;
  /** What to use instead where a file is larger than one PUT may be; absent: no PUT of a file. */
  readonly abovePut?: string;
  /** Why it cannot run there, and what can, as a sentence goes on; absent: it can. */
  readonly notOnPaths?: string;
  readonly notOnBuckets?: string;
  /** Directory buckets (S3 Express One Zone) have nothing like it. */
  readonly notInDirectoryBuckets?: true;
}

const noPath = (what: string): string => `a path has no ${what}; that needs a bucket`;

/** The position of a row is the operation's code in slot tables. */
export const OPERATION_ROWS = {
  /** On a bucket a ranged GET. */
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
  /** A new file is written and closed. */
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
  /** A file is opened, read and closed. */
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
    notOnPaths: "a path has no multipart upload; use create or write",
  },
  /** Ranged GETs. */
  download: {
    help: "one object in parts",
    unit: "file",
    moves: "brings",
    inParts: true,
    request: "read",
    notOnPaths: "a path has no parallel download of one object; use fetch or read",
  },
  /** A tar shard is read from its start to its end. */
  stream: {
    help: "samples of a tar in order",
    unit: "sample",
    moves: "brings",
    request: "read",
  },
  /** A file gets its second name in its directory, and the next time its first one back. */
  rename: {
    help: "to a second name and back",
    mix: { place: 6, weightOf: "renames" },
    unit: "file",
    moves: "nothing",
    reliesOn: "names",
    request: "write",
    notOnBuckets: "objects cannot be renamed; leave the phase out",
  },
  /** Names are counted; on a bucket all pages of a prefix. */
  list: {
    help: "all names of a directory",
    mix: { place: 7, weightOf: "listings of a directory" },
    unit: "directory",
    moves: "nothing",
    request: "write",
  },
  /** To the object's second key. */
  copy: {
    mix: { place: 8, weightOf: "copies inside a bucket" },
    unit: "file",
    moves: "copies",
    request: "write",
    abovePut: "use smaller objects",
    notOnPaths: noPath("copies inside the store"),
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
    mix: { place: 9, weightOf: "writes of an object's tags" },
    unit: "file",
    moves: "nothing",
    request: "write",
    notOnPaths: noPath("tags"),
    notInDirectoryBuckets: true,
  },
  getTags: {
    mix: { place: 10, weightOf: "reads of an object's tags" },
    unit: "file",
    moves: "nothing",
    request: "read",
    notOnPaths: noPath("tags"),
    notInDirectoryBuckets: true,
  },
  /** The object has the entity tag it is known to have. */
  fetchIfMatch: {
    mix: { place: 11, weightOf: "GETs under If-Match" },
    unit: "file",
    moves: "brings",
    reliesOn: "tags",
    request: "read",
    notOnPaths: noPath("conditional reads"),
  },
  /** The response 304 is expected. */
  fetchIfNoneMatch: {
    mix: { place: 12, weightOf: "GETs under If-None-Match, answered with 304" },
    unit: "file",
    moves: "nothing",
    reliesOn: "tags",
    request: "read",
    notOnPaths: noPath("conditional reads"),
  },
  /** PUT of an object that is there, which a versioned bucket keeps with the others. */
  createVersion: {
    mix: { place: 13, weightOf: "PUTs of a further version" },
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
  /** Like `list`, with all versions. */
  listVersions: {
    mix: { place: 15, weightOf: "listings of versions" },
    unit: "directory",
    moves: "nothing",
    reliesOn: "versions",
    request: "write",
    notOnPaths: noPath("versions"),
    notInDirectoryBuckets: true,
  },
  /** An archived object is asked for, and looked at until it can be read. */
  restore: {
    unit: "file",
    moves: "nothing",
    passes: "one-by-default",
    request: "restore",
    notOnPaths: noPath("archived files"),
    notInDirectoryBuckets: true,
  },
} as const satisfies Readonly<Record<string, OperationTraits>>;
