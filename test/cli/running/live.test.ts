import { describe, expect, test } from "vitest";
import type { Console } from "../../../src/cli/console.ts";
import { LiveLine } from "../../../src/cli/running/live.ts";
import type { PhaseProgress } from "../../../src/run/request.ts";
import { phasePlan } from "../../load/support.ts";

const ERASE = "\u001b[K";
const PROGRESS: PhaseProgress = {
  phase: phasePlan({ name: "reads" }),
  repetition: 1,
  repetitions: 1,
  elapsedNs: 1.5e9,
  totalNs: 10e9,
  operationsPerSecond: 12_345,
  bytesPerSecond: 50_565_120,
  p99Ns: 1_200_000,
  errors: 3,
};
const SHOWN = "reads: 1.50 s, 8.50 s left  12,345 ops/s  50.6 MB/s  p99 1.20 ms  3 errors";

/** A live line that writes into a list, at a time that the test sets. */
function lineOn(terminal: Partial<Console>, quiet = false) {
  const written: string[] = [];
  const time = { nowMs: 1000 };
  const console: Console = {
    out: async () => {},
    error: (text) => void written.push(text),
    redraw: (text) => void written.push(`\r${text}${ERASE}`),
    annotate: () => {},
    live: true,
    interactive: true,
    colour: false,
    columns: 120,
    pageColumns: 100,
    ...terminal,
  };
  const line = new LiveLine(console, quiet, () => time.nowMs);
  /** Shows progress so many milliseconds later; what was written for it comes back. */
  const later = (ms: number, changes: Partial<PhaseProgress> = {}): string => {
    time.nowMs += ms;
    written.length = 0;
    line.progress({ ...PROGRESS, ...changes });
    return written.join("");
  };
  return { line, written, later };
}

describe("on a terminal", () => {
  test("a line is redrawn five times a second, and no more often", () => {
    const { later } = lineOn({});
    expect(later(0)).toBe(`\r${SHOWN}${ERASE}`);
    expect(later(199)).toBe("");
    expect(later(1)).toContain(SHOWN);
    expect(later(100)).toBe("");
    expect(later(100)).toContain(SHOWN);
  });

  test("it is taken away before another line, and at the end, once", () => {
    const { line, written, later } = lineOn({});
    later(0);
    written.length = 0;
    line.clear();
    line.clear();
    expect(written).toEqual([`\r${ERASE}`]);
  });

  test("each phase begins with a line of its own, however soon", () => {
    const { line, written, later } = lineOn({});
    later(0);
    written.length = 0;
    line.measuring(PROGRESS.phase, 2);
    expect(written).toEqual([`\rreads: repetition 2${ERASE}`]);
    expect(later(199)).toBe("");
    expect(later(1)).toContain(SHOWN);
  });

  test("what does not fit is the name, never the errors", () => {
    const phase = phasePlan({ name: `reads[${"x".repeat(80)}]` });
    const { later } = lineOn({ columns: 90 });
    const [drawn = ""] = later(0, { phase }).slice(1).split(ERASE);
    expect(drawn).toMatch(/^reads\[x+…: 1\.50 s.* 3 errors$/);
    expect(drawn).toHaveLength(89);
    const narrow = lineOn({ columns: 30 }).later(0, { phase });
    expect(narrow.slice(1).split(ERASE)[0]).toHaveLength(29);
  });

  test("repetitions are counted, and what has no end has nothing left", () => {
    const { later } = lineOn({});
    expect(later(0, { repetitions: 3, totalNs: null })).toMatch(/^\rreads \(1\/3\): 1\.50 s {2}12/);
  });
});

describe("elsewhere", () => {
  test("a line is written every ten seconds, the first ten after the phase begins", () => {
    const { line, written, later } = lineOn({ live: false, columns: 20 });
    line.measuring(PROGRESS.phase, 1);
    expect(written).toEqual(["reads: repetition 1\n"]);
    expect(later(9999)).toBe("");
    expect(later(1)).toBe(`${SHOWN}\n`);
    expect(later(9999)).toBe("");
    expect(later(1)).toContain(SHOWN);
    written.length = 0;
    line.clear();
    expect(written).toEqual([]);
  });

  test("nothing is written where it is to be quiet", () => {
    const { line, written, later } = lineOn({ live: false }, true);
    line.measuring(PROGRESS.phase, 1);
    expect(later(60_000)).toBe("");
    line.clear();
    expect(written).toEqual([]);
  });
});
