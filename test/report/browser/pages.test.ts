// @module-tag system
import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { useBrowser, violations, withBrowser } from "./browser.ts";
import { foldAll, LOOK, SIZE } from "./in-page.ts";
import { madePage, PAGE_KINDS } from "./page-kinds.ts";

const MAX_NODES = 10_000;
const WIDTHS = [1100, 380];
const SCHEMES = ["light", "dark"];

withBrowser("a page in a browser", () => {
  const here = useBrowser();

  test.for(PAGE_KINDS)("$name: light and dark, wide and narrow", async (kind, context) => {
    const path = await madePage(kind, here.bench);
    const { page, log, requests } = await here.browser.open(path);
    const problems: string[] = [];
    const note = (found: readonly string[], where: string) =>
      problems.push(...found.map((one) => `${where}: ${one}`));
    for (const width of WIDTHS) {
      await page.setViewport({ width, height: 900 });
      for (const scheme of SCHEMES) {
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        await page.evaluate(foldAll(false));
        note(await violations(page), `${width} ${scheme}`);
        await page.evaluate(foldAll(true));
        note((await page.evaluate(LOOK)) as string[], `${width} ${scheme}`);
      }
    }
    // The rules are the same for folded tables in any color and width: they are checked once.
    note(await violations(page), "unfolded");
    const size = (await page.evaluate(SIZE)) as { nodes: number; interactiveMs: number };
    const { size: bytes } = statSync(path);
    await context.annotate(`${bytes} bytes, ${size.nodes} nodes, ${size.interactiveMs} ms`);
    await page.close();
    expect(problems).toEqual([]);
    expect(log).toEqual([]);
    expect(requests).toHaveLength(1);
    expect(bytes).toBeLessThanOrEqual(kind.maxBytes);
    expect(size.nodes).toBeLessThanOrEqual(MAX_NODES);
  });
});
