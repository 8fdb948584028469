import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/**
 * What a test needs beyond this process; a file says so in its first line (`@module-tag system`), a
 * block of tests in its options. A file without a tag is a part of `npm test`.
 */
const TAGS = {
  system: "Root, a loop device, a mount, an S3 server, a process of its own, or seconds of clock.",
  alone: "A process that no other file uses: it changes what is global there.",
  truth: "Minutes: `npm run truth`, with the long draws of all other tests.",
  measured: "Compares with the clock, on an idle host: `npm run measured`.",
} as const;

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

/** Files that share no process (`isolate`) are slower by a second each. */
function project(name: string, include: readonly string[], isolate: boolean) {
  return { extends: true as const, test: { name, include: [...include], isolate } };
}

function projects() {
  if (process.env.ASSAY_MEASURED === "1") return [project("measured", measured, true)];
  // Whatever asks how much to draw draws more.
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
    // The threads and processes that tests start load the same code hundreds of times.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/compiled") },
    // An end for what hangs, far beyond what any test takes on a machine that is busy otherwise.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A snapshot is written only when asked for (`-u`): a test that moved must not compare nothing.
    update: "none",
    // One more than two cores: tests also wait, for disks, stores and the ends of phases.
    maxWorkers: 3,
    // Only what runs in the tests' own threads is seen: neither workers nor processes.
    // The limits are what the tests of `npm test` alone reached when this was set.
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text-summary"],
      reportOnFailure: true,
      thresholds: { statements: 93, branches: 86, functions: 96, lines: 94 },
    },
    reporters: ["default", ["json", { outputFile: "node_modules/.vitest/results.json" }]],
  },
});
