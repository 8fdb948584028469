import { describe, expect, test } from "vitest";
import { Preparation } from "../../src/cluster/lead/preparation.ts";

const part = (doneBytes: number, totalBytes: number) => ({ doneBytes, totalBytes });

describe("the progress of a preparation on several hosts", () => {
  test("has no total before every host has reported its part", () => {
    const preparation = new Preparation(["a", "b", "c"]);
    expect(preparation.report("a", part(0, 16))).toEqual(part(0, 0));
    expect(preparation.report("a", part(8, 16))).toEqual(part(8, 0));
    expect(preparation.report("c", part(0, 12))).toEqual(part(8, 0));
    expect(preparation.report("b", part(0, 20))).toEqual(part(8, 48));
    expect(preparation.report("c", part(12, 12))).toEqual(part(20, 48));
  });

  test("does not wait for hosts that have nothing to write", () => {
    const preparation = new Preparation(["a", "b", "c"]);
    preparation.end("b");
    expect(preparation.report("a", part(4, 16))).toEqual(part(4, 0));
    preparation.end("c");
    expect(preparation.report("a", part(5, 16))).toEqual(part(5, 16));
  });

  test("keeps the bytes of a host that is done", () => {
    const preparation = new Preparation(["a", "b"]);
    preparation.report("a", part(16, 16));
    preparation.end("a");
    expect(preparation.report("b", part(1, 16))).toEqual(part(17, 32));
  });
});
