import { expect, test } from "vitest";
import { caveatsOf } from "../../../src/report/run/words/caveats.ts";
import { runScreen } from "../../../src/report/screen/run-screen.ts";
import { phasePlan, result, summary } from "../fixture.ts";
import { noticesOf, runOf, viewOf } from "./view-blocks.ts";

const NONE = { warmup: null, steady: null, trend: null, done: null };

function burst(afterPerSecond: number) {
  const change = { atNs: 3e9, beforePerSecond: 2827, afterPerSecond, p: 0.001 };
  return runOf([
    result(phasePlan("read"), [summary("all", 1499, 4096, 1e6)], {
      stability: { ...NONE, change },
    }),
  ]);
}

test("the mean of a burst and its end has a caveat on the page and on the screen", () => {
  const run = burst(500);
  const caveat =
    "The rate changed during the phase: 2,827/s, then 500/s. The mean rate is that of neither " +
    "part. See the rates of each part under Stability, or run longer.";
  expect(caveatsOf(run).map(({ text }) => text)).toContain(caveat);
  expect(noticesOf(viewOf(run))).toContain(
    "caveat: Change of the rate: the mean rate is that of neither part.",
  );
  const screen = JSON.stringify(runScreen(run, "results/one", "results/one/report.html"));
  expect(screen).toMatch(/Change of the rate|The rate changed/);
});

test("a small change has none", () => {
  expect(caveatsOf(burst(2600)).map(({ code }) => code)).not.toContain("rate-changed");
});
