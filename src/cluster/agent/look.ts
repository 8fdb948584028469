import { totalmem } from "node:os";
import { PreflightError } from "../../model/fault/errors.ts";
import type { Location } from "../../model/plan/dataset.ts";
import type { Address, TargetSpec } from "../../model/target/target.ts";
import { type StorageFacts, unlimited } from "../../scenario/fit/facts.ts";
import { readSpace } from "../../storage/index.ts";

const LOCATION_OF: Readonly<Record<Address["kind"], Location["kind"]>> = {
  path: "directory",
  device: "device",
  bucket: "bucket",
  memory: "memory",
};

/** Share of the available memory that files in memory may take. */
const IN_MEMORY_SHARE = 0.5;

/**
 * Reads the facts about a target, as this host sees it, that determine the sizes of datasets. A
 * target that cannot be opened has no limits here: the run itself reports why.
 */
export async function storageFacts(target: TargetSpec): Promise<StorageFacts> {
  const kind = LOCATION_OF[target.address.kind];
  const limit = process.constrainedMemory();
  const memoryBytes = limit > 0 ? Math.min(totalmem(), limit) : totalmem();
  try {
    const { inMemory, freeBytes, kept: _kept, ...space } = await readSpace(target);
    const available = process.availableMemory() * IN_MEMORY_SHARE;
    return {
      ...{ kind, memoryBytes, ...space },
      freeBytes: inMemory ? Math.min(freeBytes ?? Infinity, available) : freeBytes,
    };
  } catch (error) {
    if (error instanceof PreflightError) return unlimited(kind, memoryBytes);
    throw error;
  }
}
