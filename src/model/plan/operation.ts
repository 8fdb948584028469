/**
 * Everything a workload can issue. The position in this list is the code used in slot tables, so
 * that the hot loop handles numbers only.
 *
 * - `read`, `write`: one block at an offset (on a bucket: a ranged GET; objects cannot be written
 *   in place)
 * - `create`: a whole new file written and closed (PUT) · `fetch`: open, read whole, close (GET)
 * - `stat`: metadata of one file (HEAD) · `delete`: unlink (DELETE)
 * - `upload`: one object in parts (multipart) · `download`: one object in parallel ranged GETs
 * - `stream`: the next sample of a tar shard that is read from its start to its end
 * - `rename`: a file gets its second name in its directory, and the next time its first one back
 * - `list`: all names in a file's directory, counted (on a bucket: all pages of its prefix)
 *
 * On buckets only:
 * - `copy`: to the object's second key, inside the store · `deleteObjects`: many in one request
 * - `putTags`, `getTags`: the object's tags
 * - `fetchIfMatch`, `fetchIfNoneMatch`: GET under the condition that the object has the entity tag
 *   it is known to have; the second one expects the answer 304, which brings no bytes
 * - `createVersion`: PUT of an object that is there, which a versioned bucket keeps beside the
 *   others · `fetchVersion`: GET of one of its versions · `listVersions`: like `list`, with all of
 *   them
 * - `restore`: an archived object is asked for and waited for until it can be read
 */
export const OPERATIONS = [
  "read",
  "write",
  "create",
  "stat",
  "fetch",
  "delete",
  "upload",
  "download",
  "stream",
  "rename",
  "list",
  "copy",
  "deleteObjects",
  "putTags",
  "getTags",
  "fetchIfMatch",
  "fetchIfNoneMatch",
  "createVersion",
  "fetchVersion",
  "listVersions",
  "restore",
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** Code of an operation in slot tables: its index in {@link OPERATIONS}. */
export function operationCode(operation: Operation): number {
  return OPERATIONS.indexOf(operation);
}

/**
 * Code of a sync in slot tables. It makes operations durable and is none itself: it has latencies
 * of its own and is part of no rate.
 */
export const SYNC_CODE = 255;

/** Operations that change what is stored; a rename changes only under which name. */
export const MODIFIES: ReadonlySet<Operation> = new Set([
  "write",
  "create",
  "delete",
  "upload",
  "copy",
  "deleteObjects",
  "createVersion",
]);

/** Operations that send the contents of files, which are made for them. */
export const SENDS: ReadonlySet<Operation> = new Set([
  "write",
  "create",
  "upload",
  "createVersion",
]);

/** Operations that move no bytes of files; a copy's never leave the store. */
export const NO_BYTES: ReadonlySet<Operation> = new Set([
  "stat",
  "delete",
  "rename",
  "list",
  "copy",
  "deleteObjects",
  "putTags",
  "getTags",
  "fetchIfNoneMatch",
  "listVersions",
  "restore",
]);

/** Operations whose answer brings bytes, so that the first of them can be timed. */
export const ANSWERS: ReadonlySet<Operation> = new Set([
  "read",
  "fetch",
  "download",
  "stream",
  "fetchIfMatch",
  "fetchVersion",
]);

/** Whether the files of a dataset are there. */
type Presence = "present" | "absent";

/** What an operation that is alone in its phase needs of its dataset, and what it leaves behind. */
export const DATASET_STATE: Readonly<
  Record<Operation, { readonly needs: Presence; readonly leaves: Presence }>
> = {
  read: { needs: "present", leaves: "present" },
  write: { needs: "present", leaves: "present" },
  create: { needs: "absent", leaves: "present" },
  stat: { needs: "present", leaves: "present" },
  fetch: { needs: "present", leaves: "present" },
  delete: { needs: "present", leaves: "absent" },
  upload: { needs: "absent", leaves: "present" },
  download: { needs: "present", leaves: "present" },
  stream: { needs: "present", leaves: "present" },
  rename: { needs: "present", leaves: "present" },
  list: { needs: "present", leaves: "present" },
  copy: { needs: "present", leaves: "present" },
  deleteObjects: { needs: "present", leaves: "absent" },
  putTags: { needs: "present", leaves: "present" },
  getTags: { needs: "present", leaves: "present" },
  fetchIfMatch: { needs: "present", leaves: "present" },
  fetchIfNoneMatch: { needs: "present", leaves: "present" },
  createVersion: { needs: "present", leaves: "present" },
  fetchVersion: { needs: "present", leaves: "present" },
  listVersions: { needs: "present", leaves: "present" },
  restore: { needs: "present", leaves: "present" },
};

/** What a bucket can do: objects cannot be written in place or renamed. */
export const OBJECT_OPERATIONS: readonly Operation[] = [
  "read",
  "create",
  "stat",
  "fetch",
  "delete",
  "upload",
  "download",
  "stream",
  "list",
  "copy",
  "deleteObjects",
  "putTags",
  "getTags",
  "fetchIfMatch",
  "fetchIfNoneMatch",
  "createVersion",
  "fetchVersion",
  "listVersions",
  "restore",
];

/** Operations that can share a phase, in the order in which a mix is written down. */
export const MIXABLE = [
  "read",
  "write",
  "stat",
  "fetch",
  "create",
  "delete",
  "rename",
  "list",
  "copy",
  "putTags",
  "getTags",
  "fetchIfMatch",
  "fetchIfNoneMatch",
  "createVersion",
  "fetchVersion",
  "listVersions",
] as const satisfies readonly Operation[];

/** Whether files come and go while others of the same phase are read. */
export function isLiveMix(operations: readonly Operation[]): boolean {
  return operations.length > 1 && operations.some((one) => one === "create" || one === "delete");
}

/** What a phase needs of its dataset: one that makes files come and go begins with all of them. */
export function needsOf(operations: readonly Operation[]): Presence {
  return isLiveMix(operations) ? "present" : DATASET_STATE[operations[0] ?? "read"].needs;
}
