import { readFileSync } from "node:fs";

/**
 * Where the kernel counts how often the whole machine's page cache was dropped, by anyone, and how
 * many pages were read again that it had taken back by itself.
 */
const COUNTERS = "/proc/vmstat";

/** What a look at the page cache has to say of itself: its own drops of all of it. */
export interface Drops {
  own: number;
}

/** So often at the most; what still fails then is the test's. */
const MAX_LOOKS = 20;

/**
 * Runs a test that looks at the page cache, which is the whole machine's: another test, or another
 * program, may drop all of it in between, and the kernel may take pages back. It counts both. Where
 * it happened, a failed look is repeated; a failure without it is the test's. A look raises `own`
 * for each drop of its own.
 */
export async function undisturbed(look: (drops: Drops) => Promise<void> | void): Promise<void> {
  for (let looks = 1; ; looks++) {
    const drops: Drops = { own: 0 };
    const dropped = counterOf("drop_pagecache");
    const takenBack = counterOf("workingset_refault_file");
    try {
      await look(drops);
      return;
    } catch (error) {
      const isDropped = counterOf("drop_pagecache") - dropped > drops.own;
      const isTakenBack = counterOf("workingset_refault_file") > takenBack;
      if (looks === MAX_LOOKS || (!isDropped && !isTakenBack)) throw error;
    }
  }
}

/** A counter of the kernel's; 0 where it has none of that name. */
function counterOf(name: string): number {
  const line = new RegExp(`^${name} (\\d+)$`, "m").exec(readFileSync(COUNTERS, "utf8"));
  return Number(line?.[1] ?? 0);
}
