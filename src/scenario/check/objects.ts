import { isLiveMix, OPERATION } from "../../model/plan/operation.ts";
import type { StorageClass } from "../../model/target/storage-class.ts";
import type { Mistake, Subject } from "./subject.ts";

/** Classes whose objects cannot be read before they were restored. */
const ARCHIVED: readonly (StorageClass | null)[] = ["GLACIER", "DEEP_ARCHIVE"];

/** Files that come and go leave no order to visit them in, and no pass to count. */
export function mixesLive({ operations, phase, said }: Subject): Mistake | null {
  if (!isLiveMix(operations)) return null;
  const settled = operations.find((operation) => {
    const { reliesOn, unit } = OPERATION[operation];
    return reliesOn !== undefined && unit === "file";
  });
  if (settled !== undefined) {
    const message = `\`${settled}\` needs files that stay, \`create\` and \`delete\` change them`;
    return { field: "mix", message };
  }
  if (said("access") && phase.access !== "shuffled") {
    const message = "files that come and go are picked at random, expected `shuffled`";
    return { field: "access", message };
  }
  if (phase.limit.kind !== "epochs") return null;
  const message =
    "files that come and go make no pass over the dataset: expected `duration`, `operations` or " +
    "`totalBytes`";
  return { field: "epochs", message };
}

/** A new version has another entity tag. */
export function keepsTags({ operations }: Subject): Mistake | null {
  const tagged = operations.find((operation) => OPERATION[operation].reliesOn === "tags");
  if (tagged === undefined || !operations.includes("createVersion")) return null;
  const message = `\`createVersion\` gives new entity tags, \`${tagged}\` asks for the old ones`;
  return { field: "mix", message };
}

export function needsVersions({ operations, dataset }: Subject): Mistake | null {
  const versioned = operations.find((operation) => OPERATION[operation].reliesOn === "versions");
  if (versioned === undefined || dataset === null || dataset.versions !== undefined) return null;
  const expected = `expected \`versions\` in dataset \`${dataset.name}\`, such as \`versions: 5\``;
  const message = `\`${versioned}\` needs objects with versions, ${expected}`;
  return { field: "operation", message };
}

export function restoresArchived({ operations, phase }: Subject): Mistake | null {
  if (phase.restore === null || !operations.includes("restore")) return null;
  if (!ARCHIVED.includes(phase.objects.storageClass)) {
    const message =
      "`restore` needs archived objects, expected `storageClass` GLACIER or DEEP_ARCHIVE";
    return { field: "operation", message };
  }
  if (phase.restore.pollNs <= phase.restore.deadlineNs) return null;
  const message = "`poll` is longer than `deadline`, so nobody would look whether it is there";
  return { field: "restore", message };
}
