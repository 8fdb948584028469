import { expect, test } from "vitest";
import { execute, readIntervals, syntheticTarget } from "../support.ts";

test("the backlog of several workers grows in a stall by what is scheduled", async () => {
  const steps = [{ fromPerSecond: 400, toPerSecond: 400, durationNs: null }];
  const { folder } = await execute({
    target: syntheticTarget({
      latency: { kind: "fixed", ns: 1e6 },
      stalls: [{ atNs: 0.5e9, durationNs: 1e9 }],
    }),
    engine: "synthetic",
    intervalNs: 100e6,
    phases: [
      {
        ...{ workers: 4, queueDepth: 2 },
        rate: { arrivals: "fixed", steps, mostBacklog: 10_000 },
        limit: { kind: "duration", durationNs: 2e9 },
      },
    ],
  });
  const rows = readIntervals(folder);
  expect(rows).toHaveLength(20);
  const ends = rows.map((row) => Number(row.phase_backlog_end));
  // Between 0.7 and 1.3 s all 8 slots wait for the storage, on any host.
  for (let at = 8; at < 13; at++) expect((ends[at] ?? 0) - (ends[at - 1] ?? 0)).toBe(40);
  expect(ends[12] ?? 0).toBeGreaterThan(250);
  for (const [at, row] of rows.entries()) {
    expect(Number(row.phase_backlog_max)).toBeGreaterThanOrEqual(ends[at] ?? 0);
  }
});
