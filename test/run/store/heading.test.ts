import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listedRuns } from "../../../src/cli/commands/listed-runs.ts";
import { runSchema } from "../../../src/run/schema/run.ts";
import { isRunHeading } from "../../../src/run/store/heading.ts";
import { listHeadings, listRuns } from "../../../src/run/store/read.ts";
import { scratch } from "../../storage/support.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../../results/examples");
const OLDER = resolve(import.meta.dirname, "../../report/older-runs");

function readValue(folder: string, name: string) {
  return JSON.parse(readFileSync(join(folder, name, "run.json"), "utf8"));
}

const [first = ""] = readdirSync(EXAMPLES).filter((name) => /^\d{8}-.*random-read/.test(name));

/** Fields of a heading, each with its path. */
const PATHS = [
  ...["id", "state", "startedAt", "endedAt", "plan", "plan.name", "target", "target.name"],
  ...["target.kind", "phases", "phases.0", "phases.0.phase", "phases.0.phase.name"],
  ...["phases.0.state", "phases.0.elapsedNs", "phases.0.summaries", "phases.0.summaries.0"],
  ...["operation", "operationsPerSecond", "bytesPerSecond", "errors", "latency", "response"].map(
    (field) => `phases.0.summaries.0.${field}`,
  ),
  ...["count", "minNs", "meanNs", "p50Ns", "p99Ns", "maxNs", "atLeastNs"].map(
    (field) => `phases.0.summaries.0.latency.${field}`,
  ),
];

/** A copy of a run with another value in a field; `undefined` removes it. */
function changed(path: string, value: unknown): object {
  const run = readValue(EXAMPLES, first);
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  const parent = steps.reduce((at, step) => at[step], run);
  parent[last] = value;
  return JSON.parse(JSON.stringify(run));
}

describe("the heading of a stored run", () => {
  test.each([EXAMPLES, OLDER])("has what the whole run has, for all runs of %s", async (folder) => {
    const [headings, runs] = [await listHeadings(folder), await listRuns(folder)];
    expect(headings.runs.length).toBeGreaterThan(5);
    expect(listedRuns(headings.runs)).toEqual(listedRuns(runs.runs));
    expect(headings.unreadable).toEqual([]);
    const names = headings.runs.map(({ run }) => run.id);
    expect(names.filter((name) => !isRunHeading(readValue(folder, name)))).toEqual([]);
  });

  test("accepts no value that the schema rejects", () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom("running", "2026-13-01T00:00:00Z", "..", "", 0, -1, 1.5, 1e19, 1e300),
      fc.constantFrom(undefined, null, [], {}, [{}], [null]),
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), odd, (path, value) => {
        const run = changed(path, value);
        if (!isRunHeading(run)) return;
        accepted++;
        expect(runSchema.safeParse(run).error?.issues ?? []).toEqual([]);
      }),
      { numRuns: 1500 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  test("of a damaged run has the error of the schema", async () => {
    const results = scratch();
    cpSync(join(EXAMPLES, first, "run.json"), join(results, first, "run.json"));
    for (const [at, path] of PATHS.filter((one) => !one.endsWith("atLeastNs")).entries()) {
      const folder = join(results, `damaged-${at}`);
      mkdirSync(folder);
      writeFileSync(join(folder, "run.json"), JSON.stringify(changed(path, -1)));
    }
    for (const [name, text] of [
      ["cut", '{"format":"assay-run","version":1'],
      ["newer", '{"format":"assay-run","version":2}'],
      ["another", "[]"],
    ] as const) {
      mkdirSync(join(results, name));
      writeFileSync(join(results, name, "run.json"), text);
    }
    const { runs, unreadable } = await listHeadings(results);
    expect(runs.length).toBe(1);
    expect(unreadable.length).toBe(PATHS.length - 1 + 3);
    expect(unreadable).toEqual((await listRuns(results)).unreadable);
  });
});
