import type { Run } from "../model/run/run.ts";
import type { Backing } from "../model/target/knowledge.ts";

/**
 * Ids of the volumes or of the file system below a target, as the host shows them: another volume
 * at the same path has others. Null: the host shows none.
 */
export function storageIds({ storage }: Pick<Run, "storage">): string | null {
  const ids = storage?.backing == null ? [] : idsOf(storage.backing);
  return ids.length === 0 ? null : [...new Set(ids)].sort().join(" ");
}

function idsOf({ id, members }: Backing): readonly string[] {
  return [...(id === null ? [] : [id]), ...members.flatMap(idsOf)];
}
