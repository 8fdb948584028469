import type { Location } from "../../model/plan/dataset.ts";

/** Facts about a target and this host that determine the sizes of datasets. */
export interface StorageFacts {
  /** `device`: all datasets are one region at its start; `memory`: nothing is stored. */
  readonly kind: Location["kind"];
  /** Bytes that this user can still write, or the size of a device; null: unknown or unlimited. */
  readonly freeBytes: number | null;
  /** Files and directories that can still be created; null: unknown or unlimited. */
  readonly freeFiles: number | null;
  /** Unit in which space is allocated to a file, bytes; 1 if unknown. */
  readonly blockBytes: number;
  /**
   * Bytes that data of other runs of the command will take, because they keep it; already
   * subtracted from `freeBytes`. Absent: none.
   */
  readonly keptBytes?: number;
  /** Memory that this process may use, bytes. */
  readonly memoryBytes: number;
}

/** Facts about a target without any limit, such as a bucket. */
export function unlimited(kind: Location["kind"], memoryBytes: number): StorageFacts {
  return { kind, freeBytes: null, freeFiles: null, blockBytes: 1, memoryBytes };
}
