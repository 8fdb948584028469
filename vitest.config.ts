import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Folders whose tests leave their process as it was: their files need none each. */
const PURE = ["claim", "cost", "load", "metrics", "model", "report", "scenario"].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

// Measures against the clock, on an idle machine: `npm run measured`, never a part of npm test.
const measured = process.env.ASSAY_MEASURED === "1" ? [] : ["test/**/measured.test.ts"];
// Devices against the clock, and minutes of floors: a part of `npm run truth`.
const long = process.env.ASSAY_TRUTH === "long" ? [] : ["test/truth/long/**"];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "pure", include: PURE, isolate: false } },
      {
        extends: true,
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          exclude: [...PURE, ...measured, ...long],
        },
      },
    ],
    // The threads and processes that tests start load the same code hundreds of times.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/compiled") },
    // An end for what hangs, far beyond what any test takes on a machine that is busy otherwise.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One more than two cores: tests also wait, for disks, stores and the ends of phases.
    maxWorkers: 3,
    reporters: ["default", ["json", { outputFile: "node_modules/.vitest/results.json" }]],
  },
});
