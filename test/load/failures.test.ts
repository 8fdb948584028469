import { expect, test } from "vitest";
import { Failures } from "../../src/load/failures.ts";
import { makeSlots } from "../../src/load/slots.ts";
import { operationCode } from "../../src/model/operation.ts";
import { filesOf } from "./support.ts";

const EIO = { code: "EIO", message: "the storage reported an error" };

function failuresOf(startMs = 0) {
  const slots = makeSlots(2);
  slots.operation[1] = operationCode("write");
  slots.file[1] = 1;
  slots.offset[1] = 8192;
  return new Failures(startMs, slots, filesOf([10_000, 10_000]));
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

test("failures of the warm-up are not listed, but wear patience out", () => {
  const failures = failuresOf();
  for (let i = 0; i < 999; i++) failures.failed(0, EIO, false);
  expect(failures.hopeless(1)).toBeNull();
  failures.failed(0, EIO, false);
  expect(failures.list()).toEqual([]);
  expect(failures.hopeless(1)).toBe(
    `gave up after 1000 failed operations in a row, the last with EIO: ${EIO.message}`,
  );
});

test("slow failures: ten in five seconds without a success are enough", () => {
  const failures = failuresOf(1000);
  for (let i = 0; i < 10; i++) failures.failed(0, EIO, true);
  expect(failures.hopeless(5999)).toBeNull();
  expect(failures.hopeless(6001)).toMatch(/^gave up after 10 failed operations/);
  failures.succeeded(6000);
  expect(failures.failing).toBe(false);
  for (let i = 0; i < 10; i++) failures.failed(0, EIO, true);
  expect(failures.hopeless(10_999)).toBeNull();
});
