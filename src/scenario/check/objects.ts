import { isLiveMix, OPERATION } from "../../model/plan/operation.ts";
import type { StorageClass } from "../../model/target/storage-class.ts";
import type { Mistake, Subject } from "./subject.ts";

/** Storage classes whose objects must be restored before they can be read. */
const ARCHIVED: readonly (StorageClass | null)[] = ["GLACIER", "DEEP_ARCHIVE"];

/** While files are created and deleted, there is no fixed order and no full pass. */
export function mixesLive({ operations, phase, isSet }: Subject): Mistake | null {
  if (!isLiveMix(operations)) return null;
  const stable = operations.find((operation) => {
    const { reliesOn, unit } = OPERATION[operation];
    return reliesOn !== undefined && unit === "file";
  });
  if (stable !== undefined) {
    const needs = `\`${stable}\` requires files that do not change`;
    const message = `${needs}; remove \`create\` and \`delete\``;
    return { field: "mix", message };
  }
  if (isSet("access") && phase.access !== "shuffled") {
    const message =
      "with `create` and `delete`, files are chosen at random; expected `access: shuffled`";
    return { field: "access", message };
  }
  if (phase.limit.kind !== "epochs") return null;
  const message =
    "`epochs` does not apply to a mix of `create` and `delete`; expected `duration`, " +
    "`operations` or `totalBytes`";
  return { field: "epochs", message };
}

/** A new version changes the entity tag. */
export function keepsTags({ operations }: Subject): Mistake | null {
  const tagged = operations.find((operation) => OPERATION[operation].reliesOn === "tags");
  if (tagged === undefined || !operations.includes("createVersion")) return null;
  const message =
    `\`createVersion\` changes the entity tags that \`${tagged}\` requires; ` +
    "remove one of them";
  return { field: "mix", message };
}

export function needsVersions({ operations, dataset }: Subject): Mistake | null {
  const versioned = operations.find((operation) => OPERATION[operation].reliesOn === "versions");
  if (versioned === undefined || dataset === null || dataset.versions !== undefined) return null;
  const expected = `add e.g. \`versions: 5\` to dataset \`${dataset.name}\``;
  const message = `\`${versioned}\` requires objects with several versions; ${expected}`;
  return { field: "operation", message };
}

export function restoresArchived({ operations, phase }: Subject): Mistake | null {
  if (phase.restore === null || !operations.includes("restore")) return null;
  if (!ARCHIVED.includes(phase.objects.storageClass)) {
    const message =
      "`restore` requires archived objects; expected `storageClass` GLACIER or DEEP_ARCHIVE";
    return { field: "operation", message };
  }
  if (phase.restore.pollNs <= phase.restore.deadlineNs) return null;
  const message = "`poll` is longer than `deadline`, so the restore would never be checked";
  return { field: "restore", message };
}
