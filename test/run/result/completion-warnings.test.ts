import { describe, expect, test } from "vitest";
import type { ErrorCount } from "../../../src/model/run/measurement.ts";
import type { Run, Summary } from "../../../src/model/run/run.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { renderHtml } from "../../../src/report/html/html.ts";
import { overviewReport } from "../../../src/report/overview/overview.ts";
import { plain } from "../../../src/report/parts/document.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { runScreen } from "../../../src/report/screen/run-screen.ts";
import { completionWarnings } from "../../../src/run/result/phase-warnings.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../../report/fixture.ts";
import { tilesOf, viewOf } from "../../report/run/view-blocks.ts";

const ENDED = {
  ...{ interrupted: null, endedEarly: false, phase: phasePlan("read") },
  ...{ state: "complete" as const, elapsedNs: 10e9 },
};
const EIO: ErrorCount = { operation: "read", code: "EIO", count: 40, first: "read data.0: EIO" };

/** A summary in which nothing completed. */
function nothing(counts: Partial<Summary>): Summary {
  return summary("all", 0, 4096, 1e6, { latency: null, drained: 0, ...counts });
}

describe("a phase without a completed operation", () => {
  test("in which every operation failed: says so, and the first error", () => {
    const [warning, ...others] = completionWarnings(ENDED, nothing({ errors: 40 }), [EIO]);
    expect(others).toEqual([]);
    expect(warning).toEqual({
      code: "all-failed",
      message:
        "All 40 operations failed; first error: read: read data.0: EIO. The phase has no rate. " +
        "Remove the cause of the first error.",
      event: { name: "Every operation failed" },
    });
  });

  test.each([
    ["failed", { errors: 40 }, null],
    ["failed before an interruption", { errors: 40 }, "interrupted"],
    ["failed or was unfinished", { errors: 40, unfinished: 3 }, null],
    ["failed or completed after it", { errors: 40, drained: 3 }, null],
    ["was unfinished", { errors: 3, unfinished: 3 }, null],
    ["was in flight at an interruption", { errors: 0, drained: 2 }, "interrupted"],
  ])("is not called too short if each operation %s", (_, counts, interrupted) => {
    const ended = { ...ENDED, interrupted, endedEarly: interrupted !== null };
    const warnings = completionWarnings(ended, nothing(counts), [EIO]);
    const texts = warnings.map(({ message }) => message).join(" ");
    expect(texts).toMatch(/failed|No operation completed/);
    expect(texts).not.toMatch(/too short|longer duration/);
  });

  test("is not called too short if it had nothing to do", () => {
    const [warning] = completionWarnings(ENDED, nothing({}), []);
    expect(warning?.message).toMatch(/^No operation was issued in the phase\. /);
  });

  test("is too short if its operations completed after it", () => {
    const [warning] = completionWarnings(ENDED, nothing({ drained: 4 }), []);
    expect(warning?.message).toMatch(/too short for this storage.*Use a longer duration/);
  });
});

describe("reports of a run in which every operation failed", () => {
  const reason = "every operation failed; first error: read data.0: EIO";
  const phase = phasePlan("read");
  const counts = nothing({ errors: 40 });
  const one = result(phase, [counts], {
    state: "failed",
    reason,
    errors: [EIO],
    warnings: completionWarnings(ENDED, counts, [EIO]),
  });
  const failed: Run = run("failed", VOLUME, plan("reads", [phase]), [one], {
    state: "failed",
    reason,
  });
  const again = { ...one, phase: phasePlan("again") };
  const twice: Run = { ...failed, phases: [one, again] };

  test("have no rate, throughput or latency of 0", () => {
    expect(tilesOf(viewOf(failed))).toEqual([
      "– IOPS",
      "– throughput",
      "– p50",
      "– p99",
      "40 errors",
    ]);
    expect(tilesOf(viewOf(twice))[0]).toBe("– IOPS in read, p99 –");
    const screen = runScreen(failed, "results/failed", "results/failed/report.html");
    const overview = overviewReport([{ run: failed, page: null }]);
    const texts = [
      renderMarkdown(runReport(failed)),
      renderHtml(runReport(twice)).replace(/<[^>]*>/g, " "),
      renderMarkdown(overview),
      JSON.stringify(screen),
    ];
    for (const text of texts) expect(text).not.toMatch(/\b0(\.0+)? (IOPS|ops\/s|MB\/s|ns|µs|ms)\b/);
  });

  test("say it once, with the first error, and not that the results are incomplete", () => {
    const { sections } = runReport(failed);
    const caveats = sections.find(({ title }) => title === "Caveats")?.blocks ?? [];
    const items = caveats.flatMap((block) => (block.kind === "list" ? block.items.map(plain) : []));
    expect(items).toEqual([
      "All 40 operations failed; first error: read: read data.0: EIO. The phase has no rate. " +
        "Remove the cause of the first error.",
    ]);
  });
});
