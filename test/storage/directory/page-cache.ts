import { readFileSync } from "node:fs";

/**
 * Kernel counters of how often the host's page cache was dropped by any program, and of how
 * many evicted pages were read again.
 */
const COUNTERS = "/proc/vmstat";

/** Counts the cache drops of a check itself. */
export interface Drops {
  own: number;
}

/** Maximum attempts; a failure after that is a failure of the test. */
const MAX_LOOKS = 20;

/**
 * Runs a test that checks the page cache of the host, which another test or program may drop and
 * from which the kernel may evict pages. The kernel counts both. If that happened, a failed check
 * is repeated; any other failure is one of the test. A check increments `own` for each of its own
 * drops.
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

/** A kernel counter; 0 if it does not exist. */
function counterOf(name: string): number {
  const line = new RegExp(`^${name} (\\d+)$`, "m").exec(readFileSync(COUNTERS, "utf8"));
  return Number(line?.[1] ?? 0);
}
