import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, type Expression, evaluate } from "../../../src/claim/formula/formula.ts";
import { ONE_SIDE, TWO_SIDES } from "../../../src/claim/formula/variables.ts";

function compiled(text: string, variables = ONE_SIDE): Expression {
  const result = compile(text, variables);
  if ("problem" in result) throw new Error(result.problem);
  return result.expression;
}

function problemOf(text: string, variables = ONE_SIDE): string {
  const result = compile(text, variables);
  return "problem" in result ? result.problem : "";
}

describe("an expression", () => {
  test.each([
    ["3", {}, 3],
    ["3 / 2", {}, 1.5],
    ["-size_gib + 1", { size_gib: 3 }, -2],
    ["min(16000, max(100, 3 * size_gib))", { size_gib: 20 }, 100],
    ["floor(2.7) + ceil(0.2)", {}, 3],
    ["1.5e3 * iops", { iops: 2 }, 3000],
    ["size_gib <= 170 ? 128 : 250", { size_gib: 171 }, 250],
    ["kind == 'ebs-gp2' || iops > 5", { kind: "ebs-gp2", iops: 1 }, true],
    ["kind in ['ebs-gp2', 'ebs-gp3']", { kind: "ebs-st1" }, false],
    ["!encrypted && iops != 3", { encrypted: false, iops: 4 }, true],
    ["instance_type == '2 x 3'", { instance_type: "2 x 3" }, true],
  ])("%s of %j is %j", (text, values, expected) => {
    expect(evaluate(compiled(text), values)).toEqual({ value: expected });
  });

  test("names its variables, those of two sides with the side", () => {
    expect(compiled("size_tib * iops + size_tib").variables).toEqual(["size_tib", "iops"]);
    const ratio = compiled("of.size_tib / over.size_tib", TWO_SIDES);
    expect(ratio.variables).toEqual(["of.size_tib", "over.size_tib"]);
    const values = { of: { size_tib: 4.8 }, over: { size_tib: 2.4 } };
    expect(evaluate(ratio, values)).toEqual({ value: 2 });
  });

  test("says what is missing, and asks only for what matters", () => {
    const both = compiled("encrypted && iops > 3");
    expect(evaluate(both, { encrypted: false })).toEqual({ value: false });
    expect(evaluate(both, { encrypted: true })).toEqual({ missing: ["iops"] });
    const ratio = compiled("of.iops / over.iops", TWO_SIDES);
    expect(evaluate(ratio, { of: { iops: 1 } })).toEqual({ missing: ["over.iops"] });
  });

  test("a value of another type is as good as none", () => {
    expect(evaluate(compiled("iops"), { iops: "many" })).toEqual({ missing: ["iops"] });
    expect(evaluate(compiled("iops"), { iops: Number.NaN })).toEqual({ missing: ["iops"] });
    expect(evaluate(compiled("iops"), { iops: undefined })).toEqual({ missing: ["iops"] });
  });

  test("a division by zero is no figure", () => {
    expect(evaluate(compiled("1 / iops"), { iops: 0 })).toEqual({ missing: [] });
  });
});

describe("a mistake", () => {
  test.each([
    ["size_gb + 1", /`size_gb` is not a variable here, did you mean `size_gib`\?/],
    ["of.iops", /`of.iops` is not a variable here/],
    ["mim(1, 2)", /`mim` is not a function here, did you mean `min`\?/],
    ["size_gib +", /^not an expression: unexpected token: EOF/],
    ["size_gib == 'a'", /no such overload: number == string/],
    ["min(1)", /no matching overload/i],
    ["throughput_mode == 'elastik'", /never `elastik`, did you mean `elastic`\?/],
    ["deployment in ['scratch-2', 'scratch-3']", /never `scratch-3`/],
    ["[1, 2]", /expected a number or a condition/],
    ["{'a': 1}['a']", /cannot be used here/],
    ["'a'.size()", /cannot be used here/],
    ["[1].all(x, x > 0)", /cannot be used here/],
    ["b'ab'", /cannot be used here/],
    ["null", /cannot be used here/],
    [`1${" + 1".repeat(200)}`, /longer than 600 characters/],
    [`1${"+1".repeat(130)}`, /exceed|limit|max/i],
    [`${"(".repeat(200)}1${")".repeat(200)}`, /exceed|limit|max/i],
  ])("%s is told", (text, message) => {
    expect(problemOf(text)).toMatch(message);
  });

  test("a variable of two sides needs its side", () => {
    expect(problemOf("size_tib", TWO_SIDES)).toMatch(/of which side\? did you mean `of.size_tib`/);
    expect(problemOf("of.size_tb", TWO_SIDES)).toMatch(/did you mean `of.size_tib`/);
  });
});

describe("nothing else can be reached", () => {
  const names = [...Object.getOwnPropertyNames(Object.prototype)];
  names.push(...Object.getOwnPropertyNames(globalThis), "int", "type", "dyn", "prototype");

  test("no global, no property of a prototype, no type of the language", () => {
    for (const name of names) {
      if (/^(min|max|floor|ceil)$/.test(name)) continue;
      for (const text of [name, `of.${name}`, `iops.${name}`, `${name}()`, `iops[${name}]`]) {
        expect(problemOf(text, { ...ONE_SIDE, ...TWO_SIDES }), text).not.toBe("");
      }
    }
  });

  test("what values inherit is not known", () => {
    const inherited = Object.create({ iops: 5, of: { iops: 5 } });
    expect(evaluate(compiled("iops"), inherited)).toEqual({ missing: ["iops"] });
    const sides = { of: Object.create({ iops: 5 }) };
    expect(evaluate(compiled("of.iops", TWO_SIDES), sides)).toEqual({ missing: ["of.iops"] });
    const getter = Object.defineProperty({}, "iops", { get: () => expect.fail("called") });
    expect(evaluate(compiled("iops"), getter)).toEqual({ missing: ["iops"] });
  });

  const token = fc.constantFrom(
    ...["iops", "kind", "encrypted", "of", "over", "constructor", "__proto__", "globalThis"],
    ...["min", "max", "(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "+", "-", "*", "/", "<"],
    ...["==", "&&", "||", "!", "in", "1", "2.5", "'a'", "'ebs-gp3'", "true", "null", "has", "map"],
  );

  test("any text is refused with a sentence, or uses named variables only", () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const result = compile(tokens.join(" "), ONE_SIDE);
        if ("problem" in result) {
          expect(result.problem).toMatch(/\S/);
          return;
        }
        for (const name of result.expression.variables) expect(ONE_SIDE).toHaveProperty(name);
        const values = { iops: 3, kind: "ebs-gp3", encrypted: true };
        const outcome = evaluate(result.expression, values);
        if ("missing" in outcome) expect(outcome.missing).toEqual([]);
        else expect(["number", "boolean", "string"]).toContain(typeof outcome.value);
      }),
      { numRuns: 2000 },
    );
  });

  test("any text at all ends in a result", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        expect(Object.keys(compile(text, ONE_SIDE))).toHaveLength(1);
      }),
      { numRuns: 2000 },
    );
  });

  test("sums and products are those of doubles", () => {
    const number = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(number, number, number, (a, b, iops) => {
        const found = evaluate(compiled(`${a} + iops * ${b} / 4`), { iops });
        expect(found).toEqual({ value: a + (iops * b) / 4 });
      }),
    );
  });
});
