import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { type Bench, freshBench } from "../../cli/bench.ts";

/** Places of Chromium in distributions. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];

/** Chromium of the host, or `CHROMIUM`; null if there is none. */
const program = [process.env.CHROMIUM ?? "", ...PLACES].find((path) => existsSync(path)) ?? null;

/** Whether a browser is here; if not, the reason is in the names of the skipped tests. */
const reason = program === null ? " (skipped: no Chromium; set CHROMIUM to its path)" : "";

/** A block of tests with a browser. */
export function withBrowser(name: string, tests: () => void): void {
  describe.skipIf(program === null)(`${name}${reason}`, tests);
}

/** Neither network, nor first-run pages, nor a sandbox, which root cannot use. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser with its own profile, for all pages of a file. */
interface OwnBrowser {
  /** Opens a file in a new tab, which notes its console and its requests. */
  open(path: string, prepare?: (page: Page) => Promise<void>): Promise<OpenedPage>;
  /** Opens an address in the same way. */
  visit(address: string, prepare?: (page: Page) => Promise<void>): Promise<OpenedPage>;
  close(): Promise<void>;
}

export interface OpenedPage {
  readonly page: Page;
  /** Console lines, errors and dialogs so far. */
  readonly log: readonly string[];
  readonly requests: readonly string[];
}

/** A browser and a directory for the tests of a block. */
export interface BrowserBench {
  readonly browser: OwnBrowser;
  readonly bench: Bench;
}

/** Starts a browser before the tests of a block; its properties exist only in tests and hooks. */
export function useBrowser(): BrowserBench {
  let here: (BrowserBench & { remove(): void }) | null = null;
  const started = () => here ?? expect.fail("the browser has not started");
  beforeAll(async () => {
    here = { ...freshBench(), browser: await startBrowser() };
  });
  afterAll(async () => {
    await here?.browser.close();
    here?.remove();
  });
  return {
    get browser() {
      return started().browser;
    },
    get bench() {
      return started().bench;
    },
  };
}

async function startBrowser(): Promise<OwnBrowser> {
  const userDataDir = mkdtempSync(join(tmpdir(), "assay-chromium-"));
  const browser = await puppeteer.launch({
    executablePath: program ?? "",
    args: FLAGS,
    headless: true,
    userDataDir,
  });
  const visit: OwnBrowser["visit"] = (address, prepare) => openIn(browser, address, prepare);
  return {
    visit,
    open: (path, prepare) => visit(pathToFileURL(path).href, prepare),
    async close() {
      await browser.close();
      rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function openIn(
  browser: Browser,
  address: string,
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<OpenedPage> {
  const page = await browser.newPage();
  const log: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => log.push(message.text()));
  page.on("pageerror", (error) => log.push(String(error)));
  page.on("dialog", (dialog) => {
    log.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on("request", (request) => requests.push(request.url()));
  await prepare(page);
  await page.goto(address);
  return { page, log, requests };
}

const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** Violations of accessibility rules that axe finds. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(`typeof axe === "undefined" && (() => {${AXE}\n})()`);
  const found = await page.evaluate(
    `axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ": " + nodes[0].html.slice(0, 120)))`,
  );
  return found as readonly string[];
}
