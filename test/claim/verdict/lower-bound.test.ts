import { expect, test } from "vitest";
import { judge } from "../../../src/claim/verdict/judge.ts";
import type { FigureRelation } from "../../../src/model/claim/claim.ts";
import { CLAIM } from "../example.ts";

/** 10 h measured, of which nobody knows how much longer it took. */
const MEASURED = {
  ...{ value: 36e12, low: 35e12, high: null, isLowerBound: true },
  ...{ confidence: 0.99, repetitions: 3, how: "" },
};

test.each<[FigureRelation, number, string]>([
  ["<=", 5, "refuted"],
  ["<", 5, "refuted"],
  ["<=", 12, "inconclusive"],
  ["<", 48, "inconclusive"],
  [">=", 5, "supported"],
  [">=", 12, "inconclusive"],
  ["~", 10, "inconclusive"],
])("a lower bound of 10 h, held against %s %d h, is %s", (relation, hours, outcome) => {
  const claim = { ...CLAIM, role: "expected", relation, unit: "h", tolerance: 0.1 } as const;
  const figure = { relation, value: hours * 3600e9, low: null, high: null };
  expect(judge(claim, MEASURED, figure).outcome).toBe(outcome);
});
