// @module-tag system
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import { comparisonReport } from "../../../src/report/comparison/comparison.ts";
import { renderHtml } from "../../../src/report/html/html.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { freeTexts, HOSTILE, withTexts } from "../html/hostile.ts";
import { openLoopRun } from "../series-fixture.ts";
import { type OpenedPage, useBrowser, withBrowser } from "./browser.ts";
import { FOREIGN, foldAll, NOTHING_FOREIGN } from "./in-page.ts";
import { madePage, PAGE_KINDS } from "./page-kinds.ts";

const HOSTILE_TEXTS = 200;

withBrowser("a page with foreign content", () => {
  const here = useBrowser();
  let stall = "";
  beforeAll(async () => {
    const kind = PAGE_KINDS.find(({ name }) => name === "stall") ?? expect.fail();
    stall = await madePage(kind, here.bench);
  });

  const foreign = ({ page }: OpenedPage) => page.evaluate(FOREIGN);

  test("runs nothing of its names, even without its policy", async () => {
    const { run, series } = openLoopRun();
    const paths = freeTexts(run);
    const rounds = Math.ceil(HOSTILE_TEXTS / paths.length);
    for (let round = 0; round < rounds; round++) {
      const texts = (at: number) => HOSTILE[(at * 7 + round * 5) % HOSTILE.length] ?? "";
      const one = withTexts(run, paths, texts);
      const phases = [{ ...series, phase: one.phases[0]?.phase.name ?? "" }];
      const other = { ...one, id: "other", target: { ...one.target, name: HOSTILE[0] ?? "" } };
      const documents = [
        runReport(one, { phases, problem: null }),
        comparisonReport(compareRuns([one, other], { force: true })),
      ];
      for (const document of documents) {
        const path = join(here.bench.cwd, "hostile.html");
        writeFileSync(path, renderHtml(document));
        const opened = await here.browser.open(path, (page) => page.setBypassCSP(true));
        await opened.page.evaluate(foldAll(true));
        expect(await foreign(opened)).toEqual(NOTHING_FOREIGN);
        expect(opened.log).toEqual([]);
        expect(opened.requests).toHaveLength(1);
        await opened.page.close();
      }
    }
  });

  test("refuses an injected script and image", async () => {
    const failed: (string | undefined)[] = [];
    const { page, log } = await here.browser.open(stall, async (own) => {
      own.on("requestfailed", (request) => failed.push(request.failure()?.errorText));
    });
    await page.evaluate(`{
      const script = document.createElement("script");
      script.textContent = "globalThis.trap = 1";
      const image = new Image();
      image.src = "http://127.0.0.1:9/x.png";
      document.body.append(script, image);
    }`);
    await sleep(200);
    expect(await page.evaluate("globalThis.trap ?? null")).toBeNull();
    expect(log.filter((line) => line.includes("Content Security Policy"))).toHaveLength(2);
    expect(failed).toEqual(["csp"]);
    await page.close();
  });
});
