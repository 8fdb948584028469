import { test } from "vitest";
import { renderMarkdown } from "../../src/report/format/markdown.ts";
import { selftestReport } from "../../src/report/selftest.ts";
import { single } from "./cases.ts";
import { expectGolden } from "./golden.ts";
import { LIMITS } from "./selftest-case.ts";

const { environment } = single();

test("a machine without a doubt, and one with some", () => {
  expectGolden("selftest.md", renderMarkdown(selftestReport(LIMITS, environment, [])));
  const doubts = ["It stood still for 261 ms while it was measured.", "Its clock is slow."];
  const known = { ...LIMITS, missing: [], stealShare: 0.03, governor: "powersave" };
  expectGolden("selftest-doubts.md", renderMarkdown(selftestReport(known, environment, doubts)));
});
