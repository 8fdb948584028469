import { readFileSync } from "node:fs";

/** Where the kernel counts how often the whole machine's page cache was dropped, by anyone. */
const COUNTERS = "/proc/vmstat";

/** What a look at the page cache has to say of itself: its own drops of all of it. */
export interface Drops {
  own: number;
}

/**
 * Runs a test that looks at the page cache, which is the whole machine's: another test, or another
 * program, may drop all of it in between. The kernel counts that. Where it happened, a failed look
 * is repeated; a failure without it is the test's. A look raises `own` for each drop of its own.
 */
export async function undisturbed(look: (drops: Drops) => Promise<void> | void): Promise<void> {
  for (;;) {
    const drops: Drops = { own: 0 };
    const before = timesDropped();
    try {
      await look(drops);
      return;
    } catch (error) {
      if (timesDropped() - before <= drops.own) throw error;
    }
  }
}

function timesDropped(): number {
  const line = /^drop_pagecache (\d+)$/m.exec(readFileSync(COUNTERS, "utf8"));
  return Number(line?.[1] ?? 0);
}
