import { UNIT_BYTES } from "../../model/plan/data.ts";

/**
 * Numbers the blocks of a file that is longer than a slot's payload: a repeated payload would be
 * deduplicated. The first word of each unit is the payload's number, so the second one counts.
 */
export function renumber(view: Buffer | undefined): void {
  if (view === undefined) return;
  for (let at = 4; at + 4 <= view.length; at += UNIT_BYTES) {
    view.writeUInt32LE((view.readUInt32LE(at) + 1) >>> 0, at);
  }
}
