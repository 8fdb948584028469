import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { verify } from "../../../src/claim/index.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { declaredKnowledge } from "../../../src/model/target/knowledge.ts";
import { linesOf, type Made, madeRun } from "../../truth/made-storage.ts";
import { CLAIM, TARGET } from "../example.ts";

const { claims, statements } = await loadCatalogue();
const many = claims.filter(({ needs }) => needs.clients === "many");

/** Words that would send a reader to do again what decides nothing. */
const PROMISE = /^run it again|`repetitions|or longer$/;
const WITH_HOSTS = /run the same scenario on two or more hosts with `--hosts`$/;

const MADE: Made = { seconds: 30, rate: 6000, plan: { workers: 4, queueDepth: 16 } };
const FLOOR: Claim = { ...CLAIM, value: "6000.0", needs: { ...CLAIM.needs, clients: "many" } };

function verdictOf(made: Made, claim = FLOOR, more: Partial<Run> = {}) {
  const one = madeRun(TARGET, [made], more);
  return verify([claim], [one.run], linesOf([one]))[0];
}

test("statements of the guide about several instances rest on figures of several clients", () => {
  const concerned = statements.filter((one) => many.some(({ id }) => one.claims.includes(id)));
  const ids = ["G03", "G04", "G06", "G09", "G13", "G14", "G20", "G21"];
  expect(concerned.map(({ id }) => id)).toEqual(ids);
  for (const { id, derivation } of concerned) expect(derivation?.refuted, id).not.toBeNull();
});

describe("a figure of several clients", () => {
  test.each<[string, Made, Partial<Run>]>([
    ["was not reached", { ...MADE, rate: 3000 }, {}],
    ["was nearly reached", { ...MADE, rate: 5400 }, {}],
    ["was measured for a short time", { ...MADE, seconds: 5 }, {}],
    ["was measured by a busy client", { ...MADE, rate: 3000, bound: busy() }, {}],
    ["came from a cache", { ...MADE, cachedShare: 0.9 }, {}],
    ["was not measured to the end", { ...MADE, more: { state: "partial", reason: "x" } }, {}],
  ])("that %s is not one client's to decide", (_, made, more) => {
    const verdict = verdictOf(made, FLOOR, more);
    expect(verdict).toMatchObject({ outcome: "inconclusive", reason: { code: "one-client" } });
    expect(verdict?.settle).toMatch(WITH_HOSTS);
    expect(verdict?.settle).not.toMatch(PROMISE);
  });

  test("that one client reaches alone is supported", () => {
    expect(verdictOf({ ...MADE, rate: 7000 })?.outcome).toBe("supported");
  });

  test("on a target that is something else, that goes first", () => {
    const storage = { ...declaredKnowledge(TARGET), misfit: "it is a loop device" };
    const verdict = verdictOf({ ...MADE, rate: 3000 }, FLOOR, { storage });
    expect(verdict?.reason.code).toBe("mismatch");
    expect(verdict?.settle).toMatch(WITH_HOSTS);
  });
});

function busy() {
  return { by: "threads", reason: "its workers were busy", advice: "use more" } as const;
}
