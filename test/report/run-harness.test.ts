import { describe, expect, test } from "vitest";
import type { HarnessRecord } from "../../src/model/harness.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { harnessSection } from "../../src/report/run-harness.ts";
import { runReport } from "../../src/report/run-report.ts";
import { single } from "./cases.ts";
import { expectGolden } from "./golden.ts";
import { CALM, disturbed, watched, worker } from "./harness-cases.ts";

function section(...records: readonly HarnessRecord[]): string {
  const report = renderMarkdown(runReport(watched(...records)));
  return /^## The load generator\n\n([\s\S]*?)\n\n## /m.exec(report)?.[1] ?? "";
}

describe("the load generator in a report", () => {
  test("one sentence where nothing speaks against it", () => {
    expect(section(CALM)).toBe(
      "The load generator was neither disturbed nor the limit: its workers were busy at most " +
        "12 % of the time, and it never stood still.",
    );
    expect(section({ ...CALM, pauses: null })).toContain(
      "whether it ever stood still was not seen",
    );
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
    expect(text).toMatch(/\| +75 % +\| +99 % \|/);
    expect(text).toContain("41 ms");
  });
});
