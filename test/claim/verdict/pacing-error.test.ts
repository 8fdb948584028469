import { expect, test } from "vitest";
import { verify } from "../../../src/claim/index.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import { linesOf, type Made, madeRun } from "../../truth/made-storage.ts";
import { CLAIM, TARGET } from "../example.ts";

const WARNING = { code: "pacing-error", message: "the load generator issued operations late" };

function reasonOf(claim: Claim, warnings: Made["warnings"]) {
  const made: Made = { seconds: 30, rate: 4200, plan: { workers: 4, queueDepth: 16 } };
  const one = madeRun(TARGET, [{ ...made, ...(warnings === undefined ? {} : { warnings }) }]);
  return verify([claim], [one.run], linesOf([one]))[0]?.reason.code;
}

test.each(["latency", "response"] as const)("a p99 of the %s is in doubt by it", (of) => {
  const measure = { kind: "time", of, statistic: "p99" } as const;
  const claim: Claim = { ...CLAIM, measure, relation: "<=", value: "1", unit: "ms" };
  expect(reasonOf(claim, undefined)).not.toBe("harness");
  expect(reasonOf(claim, [WARNING])).toBe("harness");
});

test("a rate is not", () => {
  expect(reasonOf(CLAIM, [WARNING])).toBe(reasonOf(CLAIM, undefined));
});
