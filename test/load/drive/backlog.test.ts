import { expect, test } from "vitest";
import { Arrivals } from "../../../src/load/drive/arrivals.ts";
import { DRAIN } from "../../../src/model/run/measurement.ts";
import { OfferedLoad } from "../../../src/run/phase/offered-load.ts";
import { driven, SESSIONS } from "./unfinished-support.ts";

const PER_SECOND = 400;
const STALL = { fromMs: 550, toMs: 1350 };

/** Operations that meet the stall take until its end. */
function stalled(nowMs: number): { readonly ms: number } {
  return { ms: nowMs >= STALL.fromMs && nowMs < STALL.toMs ? STALL.toMs - nowMs : 0.5 };
}

test.each(SESSIONS)(
  "the backlog grows by 40 per interval in a stall: sessions that complete %s",
  async (kind) => {
    // A blocking call is the only operation of its thread.
    const depth = kind === "in submit" ? 1 : 8;
    let startMs: number | null = null;
    const { cells } = await driven({
      ...{ kind, perSecond: PER_SECOND, depth, lengthMs: 2000, intervalMs: 100 },
      answer: (_, nowMs) => {
        startMs ??= nowMs;
        return stalled(nowMs - startMs);
      },
    });
    const steps = [{ fromPerSecond: PER_SECOND, toPerSecond: PER_SECOND, durationNs: null }];
    const rate = { arrivals: "fixed", steps, mostBacklog: 1000 } as const;
    const load = new OfferedLoad(new Arrivals(rate, 0, 1), 1);
    const ends = cells
      .filter(({ index }) => index !== DRAIN)
      .map(({ index, claims }) => {
        const claimed = { arrivals: claims?.arrivals ?? expect.fail(), exhausted: 0 };
        return load.close((index + 1) * 100e6, claimed).backlogEnd;
      });
    expect(ends).toHaveLength(20);
    for (let at = 6; at < 13; at++) expect((ends[at] ?? 0) - (ends[at - 1] ?? 0)).toBe(40);
    // 20 were scheduled from the start of the stall to that of the next interval.
    expect(Math.abs((ends[5] ?? 0) - (20 - depth))).toBeLessThanOrEqual(1);
    expect(ends.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(ends.at(-1)).toBe(0);
  },
);
