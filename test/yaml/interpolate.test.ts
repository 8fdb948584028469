import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Env, interpolate } from "../../src/yaml/interpolate.ts";

const ref = (inner: string) => `\${${inner}}`;
/** The text filled where A, B and X may be read. */
const fill = (text: string, env: Env) =>
  interpolate(text, { env, declared: new Set(["A", "B", "X"]) });

describe("interpolate", () => {
  it.each([
    [ref("A"), { A: "1" }, "1"],
    [`x${ref("A")}y${ref("B")}`, { A: "1", B: "2" }, "x1y2"],
    [ref("A:-d"), {}, "d"],
    [ref("A:-d"), { A: "" }, "d"],
    [ref("A:-"), {}, ""],
    [ref("A"), { A: "" }, ""],
    [ref("A:-a:-b"), {}, "a:-b"],
    [`$${ref("A")}`, { A: "1" }, ref("A")],
    ["$A {A} $", { A: "1" }, "$A {A} $"],
    [ref("A"), { A: ref("B"), B: "1" }, ref("B")],
  ])("%j with %j is %j", (text, env, filled) => {
    expect(fill(text, env)).toMatchObject({ text: filled, problems: [] });
  });

  it.each([ref("A"), ref(""), ref("A-x"), ref("1A"), ref("constructor"), ref("A"), "${"])(
    "%j cannot be filled",
    (text) => {
      expect(fill(`ab${text}`, {}).problems).toMatchObject([{ index: 2 }]);
    },
  );

  it("leaves any text without a reference alone", () => {
    const text = fc.string().filter((one) => !one.includes("${"));
    fc.assert(
      fc.property(text, (plain) => {
        expect(fill(plain, {})).toEqual({ text: plain, problems: [], values: [] });
      }),
    );
  });

  it("puts any value in as it is", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, value) => {
        fc.pre(!before.includes("$"));
        expect(fill(before + ref("A"), { A: value }).text).toBe(before + value);
      }),
    );
  });
});
