import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Measures against the clock, on an idle machine: `npm run measured`, never a part of npm test.
    exclude: process.env.ASSAY_MEASURED === "1" ? [] : ["test/**/measured.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: more would only make the tests that wait for a process wait longer.
    maxWorkers: 2,
    reporters: ["default", ["json", { outputFile: "node_modules/.vitest/results.json" }]],
  },
});
