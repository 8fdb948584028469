import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planHash } from "../../../src/scenario/plan/hash.ts";
import { phaseOf, plan, withPhase } from "../support.ts";

const base = plan(withPhase("dataset: data\noperation: stat"));

/** The same data with the keys of every object in another order. */
function reordered<T>(value: T, seed: number): T {
  if (Array.isArray(value)) return value.map((item) => reordered(item, seed)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, reordered(inner, seed)]);
  const turned = entries.map((_, i) => entries[(i + seed) % entries.length]);
  return Object.fromEntries(turned.filter((entry) => entry !== undefined).reverse()) as T;
}

describe("planHash", () => {
  it("is 64 hexadecimal digits, the same on every machine and in every version", () => {
    expect(planHash(base)).toMatchInlineSnapshot(
      `"1fd3ed30aab3261a81dd4aaea8b4ac52f14b22299f04943f5ab1fba6eabc4e15"`,
    );
  });

  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.nat(20), (seed) => {
        expect(planHash(reordered(base, seed))).toBe(planHash(base));
      }),
    );
  });

  it("changes with the work, and not with the words", () => {
    const other = phaseOf("dataset: data\noperation: stat\nworkers: 2");
    expect(planHash({ ...base, phases: [other] })).not.toBe(planHash(base));
    expect(planHash({ ...base, seed: 1 })).not.toBe(planHash(base));
    expect(planHash({ ...base, title: "other", description: "words" })).toBe(planHash(base));
  });

  it("contains the number of hosts of the run if there are several, and those of a phase", () => {
    expect(planHash(base, 1)).toBe(planHash(base));
    expect(planHash(base, 2)).not.toBe(planHash(base));
    expect(planHash(base, 3)).not.toBe(planHash(base, 2));
    const four = plan(withPhase("dataset: data\noperation: stat\nhosts: 4"));
    expect(planHash(four, 8)).not.toBe(planHash(base, 8));
  });
});
