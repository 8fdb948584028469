import { describe, expect, test } from "vitest";
import type { Run, Warning } from "../../../src/model/run/run.ts";
import { makeWarning } from "../../../src/model/run/warning.ts";
import { runScreen } from "../../../src/report/screen/run-screen.ts";
import { renderScreen } from "../../../src/report/screen/screen.ts";
import { bucket, failed, mixed, repeated, single } from "../cases.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../fixture.ts";

function shown(given: Run): string {
  const screen = runScreen(given, `results/${given.id}`, "report.md");
  return renderScreen(screen, { columns: 80, color: false });
}

/** A run of as many phases, some with a warning. */
function phases(count: number, warn: (at: number) => readonly Warning[] = () => []): Run {
  const names = Array.from({ length: count }, (_, at) => `read[queueDepth=${at + 1}]`);
  const plans = names.map((name) => phasePlan(name));
  const results = plans.map((phase, at) =>
    result(phase, [summary("all", 1000 + at, 4096, 900_000)], { warnings: warn(at) }),
  );
  return run("20261120T100000-sweep-gp3", VOLUME, plan("sweep", plans), results);
}

function steal(value: number): Warning {
  return makeWarning("steal", `The hypervisor gave ${value}`, { value, unit: "share" });
}

describe("screen of a run", () => {
  test("names scenario, target, outcome, numbers, caveats, report and next step", () => {
    expect(`\n${shown(single())}`).toBe(`
random-read on gp3 (EBS gp3), 1 repetition, complete in 1 min 4 s

PHASE   IOPS  MB/s     p50      p99    p99.9      max  ERRORS
read   5,987  24.5  812 µs  3.25 ms  8.93 ms  42.2 ms       0

Caveats  none (0% of reads from a cache)
Report   results/20261120T100000-random-read-gp3/report.md
Next     assay verify results/20261120T100000-random-read-gp3
`);
  });

  test("groups equal warnings of several phases with the range of their values", () => {
    const text = shown(phases(7, (at) => (at < 5 ? [steal(0.07 + at * 0.0225)] : [])));
    expect(text).toContain("Caveats  CPU steal 7–16% in 5 of 7 phases. Latencies from p99 upward");
    expect(text.match(/CPU steal/g)).toHaveLength(1);
  });

  test("names the phase of a warning that only one has", () => {
    const text = shown(phases(7, (at) => (at === 2 ? [steal(0.07)] : [])));
    expect(text).toContain("Caveats  read[queueDepth=3]: The hypervisor gave 0.07. Latencies");
  });

  test("shows the rows that fit and counts the others", () => {
    const lines = shown(phases(60)).trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(lines.filter((line) => line.startsWith("read["))).toHaveLength(17);
    expect(lines).toContain("and 43 more phases, see the report");
  });

  test("shows the median repetition, the spread, and an interruption", () => {
    const text = shown(repeated());
    expect(text).toContain("4 repetitions, interrupted after 40 s");
    expect(text).toMatch(/^read +6,010 /m);
    expect(text).toContain("Reason   interrupted by SIGINT");
    expect(text).toContain("all rates are 98% to");
    expect(text).toContain(
      "Repetition 4: The phase is partial: interrupted by SIGINT after 3.1 s.",
    );
    expect(text).not.toContain("too short");
    expect(text).toContain("Next     run it again: the results are incomplete");
  });

  test("lists failed operations, phases that failed, and phases that did not run", () => {
    const text = shown(failed());
    expect(text).toContain("failed");
    expect(text).toMatch(/^fetch \(failed\) +– /m);
    expect(text).toContain("Not run  delete");
    expect(text).toMatch(/stat: 100 operations failed \(100 stat EACCES\)\./);
    expect(shown(mixed())).toContain("3 operations failed (3 write EIO).");
  });

  test("calls the rate of objects operations per second", () => {
    expect(shown(bucket())).toMatch(/^PHASE +OPS\/S/m);
  });
});
