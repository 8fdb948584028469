import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Measures against the clock, on an idle machine: `npm run measured`, never a part of npm test.
    exclude: [
      ...(process.env.ASSAY_MEASURED === "1" ? [] : ["test/**/measured.test.ts"]),
      // Devices against the clock, and minutes of floors: a part of `npm run truth`.
      ...(process.env.ASSAY_TRUTH === "long" ? [] : ["test/truth/long/**"]),
    ],
    // The threads and processes that tests start load the same code hundreds of times.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/compiled") },
    // An end for what hangs, far beyond what any test takes on a machine that is busy otherwise.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores: more would only make the tests that wait for a process wait longer.
    maxWorkers: 2,
    reporters: ["default", ["json", { outputFile: "node_modules/.vitest/results.json" }]],
  },
});
