// @module-tag system
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { uringRefusal } from "../../src/engine/uring/refusal.ts";
import { onlyRun, type ProcessOptions } from "../cli/assay.ts";
import { makeBench } from "../cli/bench.ts";
import { loadedBy } from "../cli/loaded.ts";
import { startMemoryStore } from "../cli/memory-store.ts";
import { S3_ENGINES } from "../engine/objects/session.ts";
import { scratch } from "../storage/support.ts";
import { ROOT } from "../tree.ts";

const CACHE = "node_modules/.cache/assay";
const INDEX = join(CACHE, "worker.json");

/** A copy of the clone without a bundle, with the packages of this one. */
function makeClone(): string {
  const clone = scratch();
  for (const name of ["bin", "src", "scripts", "scenarios", "package.json"]) {
    cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  }
  mkdirSync(join(clone, "node_modules"));
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (name.startsWith(".")) continue;
    symlinkSync(join(ROOT, "node_modules", name), join(clone, "node_modules", name));
  }
  return clone;
}

/** Bundles the worker as `npm ci` does. */
function bundleIn(clone: string): void {
  const script = join(clone, "scripts/node/check.sh");
  execFileSync("sh", [script], {
    cwd: clone,
    stdio: "pipe",
    env: { ...process.env, INIT_CWD: clone },
  });
}

const bin = (clone: string) => join(clone, "bin/assay.mjs");

const READ = "operation: read, access: random, blockSize: 4KiB, cache: warm";

/** A phase with two workers per engine. */
function scenario(engines: readonly string[], load: string): string {
  return `name: engines
datasets: { d: { count: 4, size: 64KiB } }
defaults: { ${load}, operations: 40, workers: 2 }
phases:
${engines.map((engine) => `  - { name: on-${engine}, engine: "${engine}" }\n`).join("")}`;
}

/** Files of the two workers of a run, without those of packages, as paths from the clone. */
async function workersOf(clone: string): Promise<readonly (readonly string[])[]> {
  const { cwd, scenario: write } = makeBench();
  const args = ["run", write("reads", scenario(["sync"], READ)), "-t", "data", "-q"];
  const threads = await loadedBy(args, cwd, { bin: bin(clone) });
  return threads
    .filter((urls) => urls.some((url) => /\/load\/worker\.[jt]s$/.test(url)))
    .map((urls) => urls.map((url) => url.replace(`file://${clone}/`, "")))
    .map((paths) => paths.filter((path) => !path.startsWith("file:")));
}

test("threads of a clone load the bundle, and never an old one", { timeout: 300_000 }, async () => {
  const clone = makeClone();
  const source = ["src/load/worker.ts", "src/load/drive/blocking.ts", "src/engine/sync/sync.ts"];
  const sources = [expect.arrayContaining(source), expect.arrayContaining(source)];
  expect(await workersOf(clone)).toEqual(sources);

  bundleIn(clone);
  const entry = () => join(CACHE, JSON.parse(readFileSync(join(clone, INDEX), "utf8")).entry);
  const first = entry();
  const bundled = [first, first.replace(/\.js$/, "/shared.js")];
  expect(await workersOf(clone)).toEqual([bundled, bundled]);

  // An engine, which the worker loads lazily; then its text as before, but at another time.
  const engine = join(clone, "src/engine/uring/uring.ts");
  const text = readFileSync(engine);
  appendFileSync(engine, "// edited\n");
  expect(await workersOf(clone)).toEqual(sources);
  writeFileSync(engine, text);
  expect(await workersOf(clone)).toEqual([bundled, bundled]);

  // A new bundle is beside the old one, which running threads may still need.
  appendFileSync(engine, "export const EDITED = true;\n");
  bundleIn(clone);
  expect(entry()).not.toBe(first);
  expect((await workersOf(clone))[0]).toContain(entry());
  expect(readdirSync(join(clone, CACHE))).toHaveLength(3);

  rmSync(join(clone, entry()));
  expect(await workersOf(clone)).toEqual(sources);
});

describe("each engine in the bundle", () => {
  /** Runs phases in a clone with a bundle; returns what they measured and what threads loaded. */
  async function runBundled(text: string, target: string, env: NonNullable<ProcessOptions["env"]>) {
    const clone = makeClone();
    bundleIn(clone);
    const bench = makeBench();
    const args = ["run", bench.scenario("engines", text), "-q", "-t", target];
    const threads = await loadedBy(args, bench.cwd, { bin: bin(clone), env });
    const { state, phases } = onlyRun(bench.results);
    expect(state).toBe("complete");
    const counts = phases.map(({ summaries: [all] }) => [all?.operations, all?.errors]);
    const files = threads.slice(1).flat();
    expect(files.filter((url) => url.endsWith("/src/load/worker.ts"))).toEqual([]);
    return { counts, files: files.map((url) => url.replace(/.*\/assay\/\w+\//, "")) };
  }

  test("reads blocks of a directory", async () => {
    const engines = ["null", "sync", ...(uringRefusal() === null ? ["uring"] : [])];
    const { counts, files } = await runBundled(scenario(engines, READ), "data", {});
    expect(counts).toEqual(engines.map(() => [40, 0]));
    for (const engine of engines.filter((name) => name !== "sync")) {
      expect(files).toContain(`load/worker/${engine}.js`);
    }
  });

  test("reads objects of a bucket", async () => {
    await using store = await startMemoryStore();
    const env = {
      AWS_ENDPOINT_URL: store.endpoint,
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_REGION: "eu-west-1",
      AWS_EC2_METADATA_DISABLED: "true",
    };
    const text = scenario(S3_ENGINES, "operation: fetch");
    const { counts, files } = await runBundled(text, "s3://bucket/x", env);
    expect(counts).toEqual(S3_ENGINES.map(() => [40, 0]));
    expect(files).toEqual(expect.arrayContaining(["load/worker/sdk.js", "load/worker/wire.js"]));
  });
});
