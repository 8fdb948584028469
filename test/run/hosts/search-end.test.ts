import { expect, test } from "vitest";
import type { SearchResult } from "../../../src/model/plan/search.ts";
import { runSearch } from "../../../src/run/search.ts";
import { findPlan } from "../../metrics/search/find-plan.ts";
import { phasePlan, VOLUME } from "../../report/fixture.ts";

test.each([
  ["interrupted in phase knee, repetition 1", "interrupted"],
  ["knee: 1 of 3 hosts lost: b after 2 s (connection closed)", "failed"],
] as const)("a search whose run ends early (%s) is %s", async (reason, ended) => {
  const find = findPlan({ from: 100, to: 1000 });
  let stored: SearchResult | null = null;
  const end = { state: "partial", reason, error: null } as const;
  await runSearch({
    ...{ target: VOLUME, phase: phasePlan("knee", { find }), find, repetition: 1 },
    measure: async () => ({ result: null, end }),
    keep: (search) => {
      stored = search;
    },
    evaluated: () => {},
  });
  expect(stored).toMatchObject({ ended, reason });
});
