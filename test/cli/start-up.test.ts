// @module-tag system
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import pageWidth from "../../src/cli/page-width.ts";
import { probeEngines } from "../../src/engine/index.ts";
import { scratch } from "../storage/support.ts";
import { assayProcess } from "./assay.ts";
import { loadedBy } from "./loaded.ts";
import { startMemoryStore } from "./memory-store.ts";
import { KEYS } from "./scene.ts";

const HEAVY =
  /\/node_modules\/(piscina|@aws-sdk|@smithy|hdr-histogram-js|zod|koffi|yaml|csv-stringify)\//;
/** Code of the HTML page, which is loaded after the run. */
const OF_PAGE =
  /\/(d3-[a-z]+|internmap|report\/(chart|html|overview)|metrics\/series|cli\/pages)\//;
/** A page waits for these packages' tables of emoji longer than for all else. */
const WIDTHS = /\/node_modules\/(string-width|emoji-regex|wrap-ansi|log-update)\//;
/** cliui has its own wrap-ansi without tables. */
const isWidths = (url: string) => WIDTHS.test(url.replace(/cliui\/node_modules\/.*/, ""));

/** In a clone, the bundle of the worker instead of its source. */
const isWorker = (url: string) => /\/load\/worker\.[jt]s$/.test(url);

/** Runs first: reports what makes a function from text. */
const FUNCTIONS = `
import { writeSync } from "node:fs";
globalThis.Function = new Proxy(Function, {
  construct(target, parts) {
    writeSync(2, "FUNCTION " + new Error().stack + "\\n");
    return Reflect.construct(target, parts);
  },
});
`;

/** Reports at the exit how many threads the process has for asynchronous file calls. */
const POOL = `
import { readdirSync, readFileSync, writeSync } from "node:fs";
process.on("exit", () => {
  const names = readdirSync("/proc/self/task").map((task) =>
    readFileSync("/proc/self/task/" + task + "/comm", "latin1").trim(),
  );
  writeSync(2, "POOL " + names.filter((name) => name === "libuv-worker").length + "\\n");
});
`;

async function loadedByMain(args: readonly string[], folder?: string): Promise<readonly string[]> {
  return (await loadedBy(args, folder))[0] ?? [];
}

// Each module costs about half a millisecond; a new command may add 2.
describe("a page", () => {
  it.each([[["--help"]], [["run", "--help"]], [["completion"]]])(
    "loads at most 115 modules, none of them large, for %j",
    async (args) => {
      const loaded = await loadedByMain(args);
      expect(loaded.some((url) => url.includes("/yargs/"))).toBe(true);
      expect(loaded.filter((url) => HEAVY.test(url) || isWidths(url))).toEqual([]);
      expect(loaded.length).toBeLessThan(115);
    },
  );

  it("of the version alone needs neither the parser nor the commands", async () => {
    const loaded = await loadedByMain(["--version"]);
    expect(loaded.some((url) => url.endsWith("/src/cli/cli.ts"))).toBe(true);
    const parsing = /\/(yargs|cli\/(parser|commands|running))\b/;
    expect(loaded.filter((url) => parsing.test(url))).toEqual([]);
    expect(loaded.length).toBeLessThan(40);
  });

  it("has the width of its text, with and without the package", () => {
    const texts = ["", "plain text", "text …", "表 🎉", "\u001b[1mbold\u001b[0m", "e\u0301"];
    expect(texts.map(pageWidth)).toEqual([0, 10, 6, 5, 4, 1]);
  });
});

describe("a command", () => {
  it("lists scenarios and stored runs without a YAML parser or a schema", async () => {
    const folder = scratch();
    const examples = fileURLToPath(new URL("../../results/examples", import.meta.url));
    cpSync(examples, join(folder, "results"), { recursive: true });
    const loaded = await loadedByMain(["list"], folder);
    expect(loaded.some((url) => url.endsWith("/src/run/store/heading.ts"))).toBe(true);
    expect(loaded.some((url) => url.endsWith("/src/scenario/shipped.ts"))).toBe(true);
    expect(loaded.filter((url) => HEAVY.test(url) || isWidths(url))).toEqual([]);
    expect(loaded.length).toBeLessThan(130);
  });

  it("checks values without making code from text", async () => {
    const folder = scratch();
    const hook = join(folder, "functions.mjs");
    writeFileSync(hook, FUNCTIONS);
    const scenario = fileURLToPath(new URL("../../scenarios/smoke.yaml", import.meta.url));
    const args = ["check", scenario, "-t", "null:"];
    const { code, stderr } = await assayProcess(args, { cwd: folder, node: ["--import", hook] });
    expect(code).toBe(0);
    expect(stderr).not.toContain("FUNCTION");
  });

  it("checks without a bucket without loading the AWS SDK", async () => {
    const scenario = fileURLToPath(new URL("../../scenarios/smoke.yaml", import.meta.url));
    const loaded = await loadedByMain(["check", scenario, "-t", "null:"]);
    expect(loaded.some((url) => url.includes("/zod/"))).toBe(true);
    expect(loaded.filter((url) => /\/(@aws-sdk|@smithy)\//.test(url))).toEqual([]);
  });

  it("runs one operation at a time without a probe of io_uring and with lean threads", async () => {
    const small = ["duration=100ms", "warmup=0s", "datasets.data.size=64KiB", "cache=warm"];
    const set = small.flatMap((one) => ["--set", one]);
    const threads = await loadedBy(["run", "random-read", "-t", "data", ...set]);
    const workers = threads.filter((urls) => urls.some(isWorker));
    expect(workers.length).toBe(4);
    for (const urls of workers) {
      expect(urls.filter((url) => /\/(hdr-histogram-js|pako)\//.test(url))).toEqual([]);
      expect(urls.length).toBeLessThan(110);
    }
    expect(threads.flat().filter((url) => url.includes("/uring/") || isWidths(url))).toEqual([]);
    const early = threads[0]?.filter((url) => !OF_PAGE.test(url));
    expect(early?.length).toBeLessThan(700);
  });

  it("runs s3-wire without the AWS SDK in its threads", async () => {
    await using store = await startMemoryStore();
    const folder = scratch();
    const scenario = join(folder, "puts.yaml");
    const phase = "{ name: put, operation: create, engine: s3-wire, workers: 2 }";
    writeFileSync(
      scenario,
      `name: puts\ndatasets: { d: { count: 8, size: 4KiB } }\nphases: [${phase}]\n`,
    );
    const target = ["-t", "s3://assay/x", "--endpoint", store.endpoint, "--region", "us-east-1"];
    const threads = await loadedBy(["run", scenario, ...target, "--offline"], folder, {
      env: KEYS,
    });
    const workers = threads.filter((urls) => urls.some(isWorker));
    expect(workers.length).toBe(2);
    for (const urls of workers) {
      expect(urls.some((url) => url.includes("wire"))).toBe(true);
      expect(urls.filter((url) => /\/(@aws-sdk|@smithy)\//.test(url))).toEqual([]);
    }
    expect(store.heard.filter(({ accessKey }) => accessKey !== KEYS.AWS_ACCESS_KEY_ID)).toEqual([]);
  });
});

it("a command has 16 threads for file calls, and 256 where io_uring is refused", async () => {
  const folder = scratch();
  const hook = join(folder, "pool.mjs");
  writeFileSync(hook, POOL);
  const poolOf = async (node: readonly string[]): Promise<string> => {
    const around = { cwd: folder, node: [...node, "--import", hook] };
    return (await assayProcess(["list", "-t", folder], around)).stderr;
  };
  const filter = new URL("no-io-uring.ts?EPERM", import.meta.url).href;
  expect(await poolOf(["--import", filter])).toContain("POOL 256\n");
  const { refusal } = (await probeEngines()).uring;
  if (refusal === undefined) expect(await poolOf([])).toContain("POOL 16\n");
});
