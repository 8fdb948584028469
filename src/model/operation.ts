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
export const MODIFIES: ReadonlySet<Operation> = new Set(["write", "create", "delete", "upload"]);

/** Operations that move no bytes of files. */
export const NO_BYTES: ReadonlySet<Operation> = new Set(["stat", "delete", "rename", "list"]);

/** What an operation needs of its dataset before a phase, and what it leaves behind. */
export const DATASET_STATE: Readonly<
  Record<Operation, { readonly needs: "present" | "absent"; readonly leaves: "present" | "absent" }>
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
};
