import { expect, test } from "vitest";
import { duration } from "../../src/yaml/fields.ts";

test.each([
  ["48h", 48 * 3600e9],
  ["576h", 576 * 3600e9],
  ["577h", null],
  ["2000h", null],
])("a duration of %s, which a timer and a histogram must hold", (text, ns) => {
  const read = duration("How long.").safeParse(text);
  expect(read.success ? read.data : null).toBe(ns);
  if (!read.success) {
    expect(read.error.issues[0]?.message).toBe(`expected at most \`576h\`, got \`${text}\``);
  }
  // A longer timer fires immediately.
  if (ns !== null) expect(ns / 1e6).toBeLessThan(2 ** 31);
});
