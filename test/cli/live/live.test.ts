import { describe, expect, test } from "vitest";
import { phasePlan } from "../../load/support.ts";
import { NUMBERS, READS, resultOf, viewOn } from "./view.ts";

describe("without a terminal", () => {
  test("writes a line at the start of a phase and every ten seconds", () => {
    const { view, log, later } = viewOn(null, [READS]);
    view.measuring(READS, 1, 1);
    expect(log).toEqual(["phase 1 of 1, reads: load started; 0 s elapsed, about 10 s left\n"]);
    expect(later(9999)).toBe("");
    expect(later(1)).toBe(
      `phase 1 of 1, reads: 10 s of 10 s, ${NUMBERS}; 10 s elapsed, about 0 s left\n`,
    );
    expect(later(9999)).toBe("");
    expect(later(1)).toContain(NUMBERS);
  });

  test("writes a line for each phase, however short", () => {
    const other = phasePlan({ ...READS, name: "other" });
    const { view, log } = viewOn(null, [READS, other]);
    view.measuring(READS, 1, 1);
    view.measuring(other, 1, 1);
    expect(log[1]).toMatch(/^phase 2 of 2, other: load started; /);
  });

  test("shows the rate and the remaining time of a preparation", () => {
    const { view, log, time } = viewOn(null, [READS]);
    view.preparing(READS, 0, 4 * 2 ** 30, "writing dataset data");
    time.nowMs += 10_000;
    view.preparing(READS, 2 ** 30, 4 * 2 ** 30, "writing dataset data");
    expect(log).toEqual([
      "phase 1 of 1, reads: writing dataset data, 0 B of 4 GiB; 0 s elapsed, about 10 s left, " +
        "plus work without an estimate\n",
      "phase 1 of 1, reads: writing dataset data, 1 GiB of 4 GiB, 107 MB/s, 30 s left; " +
        "10 s elapsed, about 40 s left\n",
    ]);
  });

  test("names the repetition and the warm-up", () => {
    const warm = phasePlan({ ...READS, warmupNs: 20e9 });
    const { view, log, time } = viewOn(null, [warm]);
    view.measuring(warm, 2, 3);
    time.nowMs += 12_000;
    view.tick();
    expect(log[0]).toContain("reads, repetition 2 of 3: load started, warm-up of 20 s; ");
    expect(log[1]).toContain("reads, repetition 2 of 3: warm-up, 12 s of 20 s; ");
  });

  test("reports a load that does not progress", () => {
    const { view, log, later, time } = viewOn(null, [READS]);
    view.measuring(READS, 1, 1);
    later(1000);
    time.nowMs += 9000;
    view.tick();
    expect(log.join("")).toContain("reads: 10 s of 10 s, no update for 9 s, 12,345 ops/s");
  });

  test("writes nothing with --quiet", () => {
    const { view, log, later } = viewOn(null, [READS], true);
    view.measuring(READS, 1, 1);
    expect(later(60_000)).toBe("");
    view.end();
    expect(log).toEqual([]);
  });
});

test("no line without a terminal is of a phase that has ended", () => {
  const { view, log, time } = viewOn(null, [READS, phasePlan({ ...READS, name: "other" })]);
  view.measuring(READS, 1, 1);
  view.finished(resultOf(100));
  time.nowMs += 10_000;
  view.tick();
  expect(log.slice(1)).toEqual([expect.stringMatching(/^reads: 100 ops\/s/)]);
});

describe("a step without bytes", () => {
  test("shows no bytes of a preparation while its total is unknown", () => {
    const { view, log, time } = viewOn(null, [READS]);
    view.preparing(READS, 0, 0, "writing dataset data");
    for (let tenths = 0; tenths < 10; tenths++) {
      time.nowMs += 100;
      view.preparing(READS, 2 ** 20, 0, "writing dataset data");
    }
    time.nowMs += 10_000;
    view.preparing(READS, 2 ** 30, 4 * 2 ** 30, "writing dataset data");
    // The line of the first second is written, whether or not more bytes follow.
    expect(log.map((line) => line.replace(/; .*\n/, ""))).toEqual([
      "phase 1 of 1, reads: writing dataset data",
      "phase 1 of 1, reads: writing dataset data, 1 GiB of 4 GiB, 97.6 MB/s, 33 s left",
    ]);
  });

  test("is named if it takes more than a second", () => {
    const { view, log, time } = viewOn(null, [READS]);
    view.preparing(READS, 0, 0, "dropping the page cache");
    time.nowMs += 900;
    view.tick();
    expect(log).toEqual([]);
    time.nowMs += 200;
    view.tick();
    expect(log[0]).toMatch(/^phase 1 of 1, reads: dropping the page cache; 1 s elapsed, /);
  });
});

describe("a cleanup", () => {
  test("shows its progress, and at once a target that does not respond", () => {
    const { view, log, time } = viewOn(null, [READS]);
    const bytes = { doneBytes: 2 ** 20, totalBytes: 2 ** 22 };
    view.cleaning({ ...bytes, silentMs: 0, leftMs: 60_000 });
    time.nowMs += 2500;
    view.cleaning({ ...bytes, silentMs: 2500, leftMs: 57_500 });
    expect(log).toEqual([
      "removing the data, 1 MiB of 4 MiB\n",
      "removing the data, 1 MiB of 4 MiB, no response for 2 s, ends in 58 s; Ctrl-C ends it now\n",
    ]);
    expect(view.cleans).toBe(true);
  });
});
