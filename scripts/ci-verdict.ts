import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

/** Results that vitest wrote for the preceding test run. */
const RESULTS = new URL("../node_modules/.vitest/results.json", import.meta.url);

const resultsSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numFailedTestSuites: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

type Results = z.infer<typeof resultsSchema>;

/** Lines per failed test; its whole output is in the log of the run. */
const LINES_A_FAILURE = 12;

/**
 * Returns every failed test with its first lines. They are repeated at the end of the log, because
 * some CI systems only keep that.
 */
function failures({ testResults }: Results): readonly string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed");
    const file = relative(process.cwd(), name);
    if (failed.length === 0) return status === "failed" ? [story(file, message)] : [];
    return failed.map(({ fullName, failureMessages }) =>
      story(`${file}: ${fullName}`, (failureMessages ?? []).join("\n")),
    );
  });
}

/** Tests that failed at first and passed when tried again, with the first failure. */
function unsteady({ testResults }: Results): readonly string[] {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages }) => status === "passed" && failureMessages?.length)
      .map(({ fullName, failureMessages }) =>
        story(
          `${relative(process.cwd(), name)}: ${fullName}`,
          failureMessages?.join("\n") ?? "",
        ).replace(/^failed/, "passed at the second attempt"),
      ),
  );
}

function story(what: string, why: string): string {
  const lines = stripVTControlCharacters(why)
    .split("\n")
    .filter((line) => !line.includes("node_modules"));
  return [`failed: ${what}`, ...lines.slice(0, LINES_A_FAILURE)].join("\n  ");
}

/** More tests than this that pass only when tried again are a fault of the product or the tests. */
const MAX_SECOND_ATTEMPTS = 20;

/** Reason why tests may be skipped on this host; null if it can run all. */
function excuse(): string | null {
  if (process.platform !== "linux") return "not Linux";
  if (process.getuid?.() !== 0) return "not root";
  return null;
}

/** Prints the counts as the last line; a skipped test that the host can run counts as failed. */
function main(earlier: number): number {
  const results = resultsSchema.parse(JSON.parse(readFileSync(RESULTS, "utf8")));
  const skipped = results.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== "passed" && status !== "failed");
  const reason = excuse();
  for (const { fullName } of skipped) {
    process.stdout.write(`skipped${reason === null ? "" : ` (${reason})`}: ${fullName}\n`);
  }
  for (const failure of failures(results)) process.stdout.write(`${failure}\n`);
  const again = unsteady(results);
  for (const test of again) process.stdout.write(`${test}\n`);
  const lost =
    (reason === null ? skipped.length : 0) + Math.max(0, again.length - MAX_SECOND_ATTEMPTS);
  const broken = results.numFailedTests + lost;
  // A failure outside the tests (lint, types, smoke run) counts as one.
  const failed = broken === 0 && earlier !== 0 ? 1 : broken;
  process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = main(Number(process.argv[2] ?? 0));
