// @module-tag system
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { type BrowserBench, useBrowser, withBrowser } from "./browser.ts";
import { madePage, PAGE_KINDS } from "./page-kinds.ts";

/** Policies under which artifacts of CI systems are shown. */
const POLICIES = {
  jenkins: "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';",
  sandbox: "default-src 'none'; style-src 'unsafe-inline'; sandbox",
};

const hasPdftotext = spawnSync("pdftotext", ["-v"]).error === undefined;
const why = hasPdftotext ? "" : " (skipped: no pdftotext)";
let here: BrowserBench;
let stall = "";

withBrowser("a page", () => {
  here = useBrowser();
  beforeAll(async () => {
    const kind = PAGE_KINDS.find(({ name }) => name === "stall") ?? expect.fail();
    stall = await madePage(kind, here.bench);
  });

  test("shows a tooltip with the text of a mark", checkTooltip);
  test("looks the same without scripts", checkWithoutScripts);
  test.for(Object.values(POLICIES))("is complete under the policy %s", checkUnder);
  test.skipIf(!hasPdftotext)(`prints its folded parts${why}`, checkPaper);
});

async function checkTooltip(): Promise<void> {
  const { page } = await here.browser.open(stall);
  await page.setViewport({ width: 1100, height: 900 });
  const shown = await page.evaluate(`(() => {
    const mark = [...document.querySelectorAll(".wide svg *")]
      .find((one) => one.querySelector(":scope > title"));
    mark.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: 9, clientY: 9 }));
    const tip = document.querySelector("#tip");
    return [tip.hidden, tip.textContent === mark.querySelector("title").textContent];
  })()`);
  expect(shown).toEqual([false, true]);
  await page.close();
}

async function checkWithoutScripts(): Promise<void> {
  const pictures: Uint8Array[] = [];
  for (const isOn of [true, false]) {
    const { page } = await here.browser.open(stall, async (own) => {
      await own.setJavaScriptEnabled(isOn);
      await own.setViewport({ width: 1100, height: 900 });
    });
    pictures.push(await page.screenshot({ fullPage: true }));
    await page.close();
  }
  const [withScript, without] = pictures.map((picture) => Buffer.from(picture));
  expect(without?.equals(withScript ?? Buffer.alloc(0))).toBe(true);
}

async function checkUnder(policy: string): Promise<void> {
  const server = createServer((_, response) => {
    response.setHeader("content-security-policy", policy);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(readFileSync(stall));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { page, log } = await here.browser.visit(`http://127.0.0.1:${port}/report.html`);
  const seen = (await page.evaluate(`({
    text: document.body.textContent,
    wide: document.querySelector(".wide svg").getBoundingClientRect().width > 0,
    narrow: document.querySelector(".narrow svg").getBoundingClientRect().width > 0,
    colors: new Set([...document.querySelectorAll(".wide svg [stroke]")]
      .map((one) => getComputedStyle(one).stroke)).size,
    tables: document.querySelectorAll("table").length,
  })`)) as { text: string; colors: number; tables: number };
  expect(seen).toMatchObject({ wide: true, narrow: false });
  expect(seen.colors).toBeGreaterThan(3);
  expect(seen.text).toContain("400 IOPS");
  expect(seen.tables).toBeGreaterThan(5);
  // The browser reports that it refused style sheet and script, and nothing else.
  expect(log.filter((line) => !/Content Security Policy|sandboxed/.test(line))).toEqual([]);
  await page.close();
}

async function checkPaper(): Promise<void> {
  const { page } = await here.browser.open(stall);
  const path = join(here.bench.cwd, "stall.pdf");
  await page.pdf({ path, format: "A4" });
  const folded = (await page.evaluate(
    `[...document.querySelectorAll("details td, details li")].map((one) => one.textContent)`,
  )) as string[];
  await page.close();
  const { stdout } = spawnSync("pdftotext", ["-raw", path, "-"], { encoding: "utf8" });
  const printed = stdout.replace(/\s+/g, "");
  const missing = folded.filter((text) => !printed.includes(text.replace(/\s+/g, "")));
  expect(folded.length).toBeGreaterThan(50);
  expect(missing).toEqual([]);
}
