import fc from "fast-check";
import {
  CHECKSUM_ALGORITHMS,
  type ObjectOptions,
  PAYLOAD_SIGNINGS,
} from "../../src/model/plan/object-options.ts";
import {
  type ListingPlan,
  type PhasePlan,
  RESTORE_TIERS,
  type RestorePlan,
} from "../../src/model/plan/plan.ts";
import { STORAGE_CLASSES } from "../../src/model/target/storage-class.ts";

const whole = (min: number, max: number) => fc.integer({ min, max });

export const objects: fc.Arbitrary<ObjectOptions> = fc.record({
  storageClass: fc.option(fc.constantFrom(...STORAGE_CLASSES)),
  encryption: fc.constantFrom(
    { kind: "none" as const },
    { kind: "sse-kms" as const, keyId: null },
    { kind: "sse-kms" as const, keyId: "alias/bench" },
    { kind: "sse-c" as const },
  ),
  checksum: fc.option(fc.constantFrom(...CHECKSUM_ALGORITHMS)),
  payload: fc.constantFrom(...PAYLOAD_SIGNINGS),
  connections: fc.constantFrom("reused" as const, "new" as const),
  verify: fc.constant(false),
});
export const listing: fc.Arbitrary<ListingPlan> = fc.record({
  prefix: fc.constantFrom("directory" as const, "dataset" as const),
  delimiter: fc.boolean(),
  pageSize: whole(1, 1000),
});
export const restore: fc.Arbitrary<RestorePlan> = fc.record({
  tier: fc.constantFrom(...RESTORE_TIERS),
  days: whole(1, 30),
  pollNs: whole(1e7, 1e10),
  deadlineNs: whole(1e10, 1e14),
});

/** Archived objects alone are restored. */
export function archived(
  [first]: PhasePlan["mix"],
  options: ObjectOptions,
  plan: RestorePlan,
): Pick<PhasePlan, "objects" | "restore"> {
  if (first?.operation !== "restore") return { objects: options, restore: null };
  return { objects: { ...options, storageClass: "DEEP_ARCHIVE" }, restore: plan };
}
