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
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** Code of an operation in slot tables: its index in {@link OPERATIONS}. */
export function operationCode(operation: Operation): number {
  return OPERATIONS.indexOf(operation);
}

/** Operations that change what is stored. */
export const MODIFIES: ReadonlySet<Operation> = new Set(["write", "create", "delete", "upload"]);

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
};
