import type { TransferCounters } from "../../model/run/run.ts";

/**
 * The byte counts of one NFS mount in `/proc/self/mountstats`. The line `bytes:` counts, in order,
 * what programs read and wrote (normal, then O_DIRECT) and what went over the wire: the fifth and
 * sixth number. Null where the mount is not listed. The last mount on a point is the visible one.
 */
export function parseMountstats(text: string, mountPoint: string): TransferCounters | null {
  let counters: TransferCounters | null = null;
  const escaped = mountPoint.replace(
    /[ \t\n\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  for (const block of text.split(/^(?=device )/m)) {
    if (!block.split("\n", 1)[0]?.includes(` mounted on ${escaped} with fstype nfs`)) continue;
    const numbers = /^\s*bytes:\s+(.+)$/m.exec(block)?.[1]?.trim().split(/\s+/).map(Number);
    const [, , , , readBytes, writeBytes] = numbers ?? [];
    if (readBytes === undefined || writeBytes === undefined) continue;
    counters = { readBytes, writeBytes };
  }
  return counters;
}
