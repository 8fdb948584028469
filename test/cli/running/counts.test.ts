import { expect, test } from "vitest";
import { countLine, countRuns } from "../../../src/cli/running/counts.ts";
import type { Run } from "../../../src/model/run/run.ts";

const run = (state: Run["state"], reason: string | null = null) => ({
  run: { state, reason } as Run,
});

test("counts runs that failed or could not start together, and those that were not reached", () => {
  const finished = [run("complete"), run("failed"), run("partial")];
  const counts = countRuns(7, finished, [{ state: "skipped" }, { state: "refused" }]);
  expect(counts).toEqual({ measured: 1, failed: 2, skipped: 1, interrupted: 1, notRun: 2 });
  expect(countLine(counts)).toBe("1 measured, 2 failed, 1 skipped, 1 interrupted, 2 not run");
});

test("counts only runs that their user interrupted as interrupted", () => {
  const finished = [
    run("partial", "interrupted in phase read, repetition 1"),
    run("partial", "read: 1 of 3 hosts lost: b after 2 s (connection closed)"),
  ];
  expect(countRuns(2, finished, [])).toMatchObject({ failed: 1, interrupted: 1 });
});

test("omits what did not happen", () => {
  expect(countLine(countRuns(2, [run("complete")], [{ state: "skipped" }]))).toBe(
    "1 measured, 0 failed, 1 skipped",
  );
});
