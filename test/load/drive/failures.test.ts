import { expect, test } from "vitest";
import { makeSlots } from "../../../src/engine/buffers.ts";
import { Failures, PATIENCE_MS } from "../../../src/load/drive/failures.ts";
import { operationCode } from "../../../src/model/plan/operation.ts";
import { filesOf } from "../support.ts";

const EIO = { code: "EIO", message: "the storage reported an error" };

function failuresOf(patienceMs?: number) {
  const slots = makeSlots(2);
  slots.operation[1] = operationCode("write");
  slots.file[1] = 1;
  slots.offset[1] = 8192;
  return new Failures(slots, filesOf([10_000, 10_000]), patienceMs);
}

test("the first failure of each operation and code is kept, the others are counted", () => {
  const failures = failuresOf();
  failures.failed(1, EIO, true);
  failures.failed(1, { code: "EIO", message: "another text" }, true);
  failures.failed(0, EIO, true);
  failures.failed(1, { code: "ENOSPC", message: "full" }, true);
  expect(failures.list()).toEqual([
    {
      operation: "write",
      code: "EIO",
      count: 2,
      first: "write of data/000000001.bin at 8192: the storage reported an error",
    },
    expect.objectContaining({ operation: "read", code: "EIO", count: 1 }),
    expect.objectContaining({ operation: "write", code: "ENOSPC", count: 1 }),
  ]);
});

test.each([
  ["fetch", "fetch of data/000000001.bin: "],
  ["rename", "rename of data/000000001.bin: "],
  ["read", "read of data/000000001.bin at 8192: "],
  ["stream", "stream of data/000000001.bin at 8192: "],
] as const)("only operations at an offset have one in a message: %s", (operation, place) => {
  const slots = makeSlots(1);
  slots.operation[0] = operationCode(operation);
  slots.file[0] = 1;
  slots.offset[0] = 8192;
  const failures = new Failures(slots, filesOf([10_000, 10_000]), PATIENCE_MS.closed);
  failures.failed(0, EIO, true);
  expect(failures.list()[0]?.first).toBe(place + EIO.message);
});

test("failures of the warm-up are not listed, but count against patience", () => {
  const failures = failuresOf();
  for (let i = 0; i < 10; i++) {
    failures.failed(0, EIO, false);
    expect(failures.abortReason(100 + i)).toBeNull();
  }
  expect(failures.list()).toEqual([]);
  expect(failures.abortReason(5101)).toBe(
    "stopped after 10 failed operations in 5.0 s: less than one in 100 succeeded; " +
      `last error EIO: ${EIO.message}`,
  );
});

test.each([
  ["closed", 5000],
  ["open", 60_000],
] as const)("a worker of a loop that is %s gives up %i ms after the first failure", (loop, ms) => {
  const failures = failuresOf(PATIENCE_MS[loop]);
  failures.succeeded();
  // However long it went well before, and however many fail.
  const fromMs = 3_600_000;
  for (let i = 0; i < 100_000; i++) failures.failed(0, EIO, true);
  expect(failures.abortReason(fromMs)).toBeNull();
  expect(failures.abortReason(fromMs + ms - 1)).toBeNull();
  expect(failures.abortReason(fromMs + ms)).toMatch(/^stopped after 100000 failed operations/);
  // After an outage of any length a hundred successes are enough.
  for (let i = 0; i < 100; i++) {
    expect(failures.failing).toBe(true);
    failures.succeeded();
  }
  expect(failures.failing).toBe(false);
  for (let i = 0; i < 10; i++) failures.failed(0, EIO, true);
  expect(failures.abortReason(fromMs + 2 * ms)).toBeNull();
});

test.each([
  [200, true],
  [50, false],
])("of %i operations one succeeds: given up is %s", (every, givenUp) => {
  const failures = failuresOf();
  let reason: string | null = null;
  for (let ms = 0; ms < 20_000 && reason === null; ms++) {
    if (ms % every === 0) failures.succeeded();
    else {
      failures.failed(0, EIO, true);
      reason = failures.abortReason(ms);
    }
  }
  expect(reason !== null).toBe(givenUp);
});
