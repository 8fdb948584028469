import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import wrapAnsi from "wrap-ansi";
import { isPlain, textWidth } from "../../src/model/text-width.ts";
import { wrappedTo } from "../../src/report/format/format.ts";

/** Words and signs of reports, alone and joined; some take no column, or two. */
const pieces = fc.oneof(
  fc.constantFrom(
    "read",
    "a",
    " ",
    "  ",
    "–",
    "µs",
    "…",
    "≤",
    "█",
    "─",
    "é",
    "e\u0301",
    "表",
    "🎉",
  ),
  fc.string({ maxLength: 4 }),
);
const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));

test("plain characters take one column each", () => {
  const plain = Array.from({ length: 0xffff }, (_, code) => String.fromCharCode(code)).filter(
    (one) => isPlain(one),
  );
  expect(plain.length).toBeGreaterThan(220);
  expect(plain.filter((one) => stringWidth(one) !== 1)).toEqual([]);
});

test("a width is that of string-width", () => {
  fc.assert(fc.property(texts, (text) => textWidth(text) === stringWidth(text)));
});

test("a wrapped text is that of wrap-ansi", () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 2, max: 40 }), (text, width) => {
      const lines = wrapAnsi(text, width, { hard: true }).split("\n");
      expect(wrappedTo(text, width, Number.POSITIVE_INFINITY)).toEqual(lines);
    }),
  );
});
