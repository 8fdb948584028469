import { readFileSync } from "node:fs";
import { z } from "zod";

/** What vitest wrote of the test run that came before. */
const RESULTS = new URL("../node_modules/.vitest/results.json", import.meta.url);

const resultsSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numFailedTestSuites: z.number(),
  testResults: z.array(
    z.object({
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** What is never there on some machines, so that a skipped test is no fault of theirs. */
function excuse(): string | null {
  if (process.platform !== "linux") return "not Linux";
  if (process.getuid?.() !== 0) return "not root";
  return null;
}

/** Prints the counts as the last line; skipped tests fail a machine that could have run them. */
function main(earlier: number): number {
  const results = resultsSchema.parse(JSON.parse(readFileSync(RESULTS, "utf8")));
  const skipped = results.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== "passed" && status !== "failed");
  const reason = excuse();
  for (const { fullName } of skipped) {
    process.stdout.write(`skipped${reason === null ? "" : ` (${reason})`}: ${fullName}\n`);
  }
  const lost = reason === null ? skipped.length : 0;
  const broken = results.numFailedTests + lost;
  // A failure outside the tests (lint, types, smoke run) counts as one.
  const failed = broken === 0 && earlier !== 0 ? 1 : broken;
  process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = main(Number(process.argv[2] ?? 0));
