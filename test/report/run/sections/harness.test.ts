import { describe, expect, test } from "vitest";
import type { HarnessRecord } from "../../../../src/model/run/harness.ts";
import { renderMarkdown } from "../../../../src/report/format/markdown.ts";
import { runReport } from "../../../../src/report/run/run.ts";
import { harnessSection } from "../../../../src/report/run/sections/harness.ts";
import { single } from "../../cases.ts";
import { expectGolden } from "../../golden.ts";
import { CALM, disturbed, FLOOR, watched, worker } from "../../harness-cases.ts";

const NO_PAUSES = { count: 0, totalNs: 0, longestNs: 0, list: [] };

/** Undisturbed, with everything watched that there is to watch. */
const WATCHED: HarnessRecord = {
  ...CALM,
  pauses: { ...NO_PAUSES, short: { count: 1, totalNs: 20e6 } },
  idleShare: 0.8,
  throttling: null,
  hasCpuQuota: false,
};

function section(...records: readonly HarnessRecord[]): string {
  const report = renderMarkdown(runReport(watched(...records)));
  return /^## Load generator\n\n([\s\S]*?)\n\n## /m.exec(report)?.[1] ?? "";
}

describe("the load generator in a report", () => {
  test("claims what was watched where nothing speaks against it, and names the rest", () => {
    const all = { ...WATCHED, floor: FLOOR };
    expect(section(all)).toBe(
      "No evidence shows that the load generator was disturbed or the limit: the " +
        "workers were busy at most 12%, waited for a CPU at most 0.4% of the time, " +
        "it was stopped 0.2%, CPU steal was at most < 0.1%.",
    );
    const unwatched: readonly (readonly [Partial<HarnessRecord>, string])[] = [
      [{ pauses: null }, "pauses of the process"],
      [{ pauses: { ...NO_PAUSES, short: null } }, "pauses below 50 ms"],
      [{ workers: [worker(0, 0.1, { processorWaitNs: null })] }, "CPU wait"],
      [{ stealShare: null }, "CPU steal"],
      [{ hasCpuQuota: true }, "throttling by a CPU quota"],
      [{ hasCpuQuota: null }, "throttling by a CPU quota"],
      [{ floor: null }, "the client limit of its engine (assay selftest measures it)"],
    ];
    for (const [more, what] of unwatched) {
      expect(section({ ...all, ...more })).toMatch(`Not monitored: ${what}.`);
    }
    // A record of an older version did not watch what is new.
    expect(section(CALM)).toContain("Not monitored: pauses below 50 ms, throttling by a CPU quota");
    expect(renderMarkdown(runReport(watched(CALM)))).not.toContain("not clean");
  });

  test("what disturbed it, phase by phase", () => {
    expectGolden("disturbed.md", renderMarkdown(runReport(disturbed())));
  });

  test("nothing for runs of versions that did not watch, or that never began", () => {
    expect(harnessSection(single())).toBeNull();
    expect(harnessSection(watched({ ...CALM, workers: [] }))).toBeNull();
  });

  test("an event loop's delay, and several workers", () => {
    const late = worker(1, 0.99, { loopDelayLongestNs: 41e6 });
    const text = section({
      ...CALM,
      workers: [worker(0, 0.5, { loopDelayLongestNs: 3e6 }), late],
      stealShare: 0.5,
    });
    expect(text).toMatch(/\| +75% +\| +99% \|/);
    expect(text).toContain("41 ms");
  });
});
