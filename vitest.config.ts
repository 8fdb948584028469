import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/**
 * Requirements of tests beyond this process. A file names its tag in its first line
 * (`@module-tag system`), a block of tests in its options. `npm test` runs files without a tag.
 */
const TAGS = {
  system: "Root, a loop device, a mount, an S3 server, a separate process, or seconds of time.",
  alone: "A process without other test files, because it changes global state.",
  truth: "Minutes: `npm run truth`, with the long draws of all other tests.",
  measured: "Compares with the clock on an idle host: `npm run measured`.",
} as const;

// For the engine `threadpool`: read by the processes of tests with their first asynchronous call.
process.env.UV_THREADPOOL_SIZE ??= "64";

const FILES = globSync("test/**/*.test.ts", { cwd: import.meta.dirname });

const system = tagged("system");
const alone = tagged("alone");
const truth = tagged("truth");
const measured = tagged("measured");
const others = [...system, ...alone, ...truth, ...measured];

function tagged(tag: keyof typeof TAGS): readonly string[] {
  return filesWith(new RegExp(`^// @module-tag ${tag}$`, "m"));
}

function filesWith(sign: RegExp): readonly string[] {
  return FILES.filter((file) => sign.test(readFileSync(join(import.meta.dirname, file), "utf8")));
}

/** A separate process per file (`isolate`) costs a second per file. */
function project(name: string, include: readonly string[], isolate: boolean) {
  return { extends: true as const, test: { name, include: [...include], isolate } };
}

function projects() {
  if (process.env.ASSAY_MEASURED === "1") return [project("measured", measured, true)];
  // Files that use `draws` draw more.
  const drawing = filesWith(/\/draws\.ts"/).filter((file) => !file.startsWith("test/truth/"));
  if (process.env.ASSAY_TRUTH === "long")
    return [project("truth", ["test/truth/**/*.test.ts", ...drawing], true)];
  const servers = { ...project("system", system, true).test, globalSetup: "test/servers.ts" };
  return [
    project(
      "unit",
      FILES.filter((file) => !others.includes(file)),
      false,
    ),
    project("unit-alone", alone, true),
    { extends: true as const, test: servers },
  ];
}

export default defineConfig({
  test: {
    projects: projects(),
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    // Threads and processes of tests load the same code hundreds of times.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/compiled") },
    // Against a rare SIGSEGV of threads that load TypeScript; see `bin/assay.mjs`.
    execArgv: ["--wasm-wrapper-tiering-budget=1000000000"],
    // Ends tests that hang; far beyond the time of any test on a busy host.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Snapshots are written only with `-u`, so that a renamed test does not pass without one.
    update: "none",
    // One more than two cores, because tests also wait: for disks, servers and ends of phases.
    maxWorkers: 3,
    // Coverage includes only the tests' own threads, not workers or processes: servers, volumes,
    // their commands, and the two sides of runs on several hosts run as processes, so their files
    // would only lower the limits of all others.
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: [
        ...["src/testbed/**", "src/cli/testbed/**"],
        ...["src/cluster/{agent,lead,link}/**", "src/cli/hosts/**", "src/cli/checking/hosts.ts"],
      ],
      reporter: ["text-summary"],
      reportOnFailure: true,
      thresholds: { statements: 93, branches: 86, functions: 96, lines: 94 },
    },
    reporters: ["default", ["json", { outputFile: "node_modules/.vitest/results.json" }]],
  },
});
