import { describe, expect, test } from "vitest";
import { phasePlan } from "../../load/support.ts";
import { TestTerminal } from "./terminal.ts";
import { READS, resultOf, viewOn } from "./view.ts";

describe("the block on a terminal", () => {
  test("draws one block with time, phase, numbers and the rate", () => {
    const terminal = new TestTerminal(80, 24);
    const { view, later } = viewOn(terminal, [READS, phasePlan({ ...READS, name: "more" })]);
    view.measuring(READS, 1, 1);
    later(1500);
    later(1500, { operationsPerSecond: 6000, elapsedNs: 3e9 });
    expect(terminal.shown).toEqual([
      "plan on vol (directory)",
      "Total    ███░░░░░░░░░░░░░░░░░░░░░  15%  3 s elapsed, about 17 s left",
      "Phase    1 of 2, reads: 3 s of 10 s",
      "Load     6,000 ops/s   50.6 MB/s   p99 1.20 ms   3 errors",
      "Rate     █▄  max 12,345 ops/s",
    ]);
    expect(terminal.wraps).toBe(0);
  });

  test("redraws at most five times per second", () => {
    const terminal = new TestTerminal(80, 24);
    const { view, later } = viewOn(terminal, [READS]);
    view.measuring(READS, 1, 1);
    later(200);
    const { length } = terminal.written;
    later(199, { errors: 4 });
    expect(terminal.written).toHaveLength(length);
    later(1, { errors: 5 });
    expect(terminal.shown.join("\n")).toContain("5 errors");
  });

  test("writes a message above the block, which is drawn again below", () => {
    const terminal = new TestTerminal(80, 24);
    const { view, later } = viewOn(terminal, [READS]);
    view.measuring(READS, 1, 1);
    later(1000);
    view.warned(READS, "the volume may burst");
    expect(terminal.shown).toEqual(["warning: reads: the volume may burst"]);
    later(1000);
    expect(terminal.shown[0]).toBe("warning: reads: the volume may burst");
    expect(terminal.shown[1]).toBe("plan on vol (directory)");
    expect(terminal.shown).toHaveLength(6);
  });

  test("leaves nothing behind at the end", () => {
    const terminal = new TestTerminal(80, 24);
    const { view, later } = viewOn(terminal, [READS]);
    view.measuring(READS, 1, 1);
    later(1000);
    view.end();
    view.tick();
    expect(terminal.shown).toEqual([]);
  });

  test("leaves the old block alone after something else may have written", () => {
    const terminal = new TestTerminal(80, 24);
    const { view, later } = viewOn(terminal, [READS]);
    view.measuring(READS, 1, 1);
    later(1000);
    terminal.take("assay has waited 4 s for the storage\n");
    later(4000, { errors: 7 });
    expect(terminal.shown).toHaveLength(11);
    expect(terminal.shown[5]).toBe("assay has waited 4 s for the storage");
    expect(terminal.shown[9]).toContain("7 errors");
  });
});

describe("the size of the block", () => {
  test.each([
    [80, 24],
    [50, 10],
    [30, 5],
    [12, 2],
    [1, 1],
  ])("fits a terminal of %i columns and %i rows, also after a resize to it", (columns, rows) => {
    const phase = phasePlan({ ...READS, name: `reads[${"宽".repeat(40)}]` });
    const terminal = new TestTerminal(120, 40);
    const { view, later } = viewOn(terminal, [phase]);
    view.measuring(phase, 1, 3);
    later(1000, { repetitions: 3 });
    const before = terminal.shown.length;
    Object.assign(terminal, { columns, rows });
    later(1000, { repetitions: 3 });
    later(1000, { repetitions: 3, errors: 4 });
    expect(terminal.wraps).toBe(0);
    // One old block that was wider than the terminal may stay above.
    expect(terminal.shown.length).toBeLessThanOrEqual(before + Math.max(1, rows - 1));
  });

  test("keeps the rate and the errors on a narrow terminal", () => {
    const terminal = new TestTerminal(36, 24);
    const { view, later } = viewOn(terminal, [READS]);
    view.measuring(READS, 1, 1);
    later(1000);
    expect(terminal.shown.join("\n")).toContain("12,345 ops/s   3 errors");
  });

  test("shows the results of the last phases", () => {
    const terminal = new TestTerminal(80, 24);
    const { view, later } = viewOn(terminal, [READS]);
    for (const operationsPerSecond of [100, 200, 300, 400, 500]) {
      view.finished(resultOf(operationsPerSecond));
    }
    view.measuring(READS, 1, 1);
    later(500);
    expect(terminal.shown.slice(-4)).toEqual([
      "Done     reads: 200 ops/s, 1.00 MB/s, p99 –, 0 errors",
      "         reads: 300 ops/s, 1.00 MB/s, p99 –, 0 errors",
      "         reads: 400 ops/s, 1.00 MB/s, p99 –, 0 errors",
      "         reads: 500 ops/s, 1.00 MB/s, p99 –, 0 errors",
    ]);
  });
});
