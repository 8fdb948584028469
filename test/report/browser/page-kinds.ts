import { readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { loadPrices } from "../../../src/cost/prices.ts";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import { comparisonReport } from "../../../src/report/comparison/comparison.ts";
import { renderHtml } from "../../../src/report/html/html.ts";
import { overviewReport } from "../../../src/report/overview/overview.ts";
import type { Document } from "../../../src/report/report.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { selftestReport } from "../../../src/report/selftest.ts";
import { assay } from "../../cli/assay.ts";
import type { Bench } from "../../cli/bench.ts";
import { described, eight, failed, inTurns, repeated, single } from "../cases.ts";
import { VOLUME } from "../fixture.ts";
import { guideDocument, rich } from "../guide/cases.ts";
import { NIGHTS } from "../overview/nights.ts";
import { found } from "../run/sections/search-cases.ts";
import { LIMITS } from "../selftest-case.ts";
import { openLoopRun } from "../series-fixture.ts";

export const EXAMPLES = resolve(import.meta.dirname, "../../../results/examples");

/** Directories of all stored example runs. */
export const EXAMPLE_RUNS = readdirSync(EXAMPLES)
  .filter((name) => /^\d{8}-/.test(name))
  .map((name) => join(EXAMPLES, name));

/** The example run of a scenario on a target. */
export function example(name: string): string {
  return EXAMPLE_RUNS.find((path) => path.includes(`-${name}-`)) ?? name;
}

/** A kind of page: its file, and how it is made. A new kind of page is a line here. */
export interface PageKind {
  readonly name: string;
  /** Largest page, bytes. */
  readonly maxBytes: number;
  /** Arguments of the command line that prints the page, or the document. */
  readonly from: readonly string[] | (() => Document | Promise<Document>);
}

const RUN_BYTES = 300_000;
const GUIDE_BYTES = 150_000;
const faster = { ...VOLUME, name: "io2" };

const KINDS: readonly (readonly [PageKind["name"], number, PageKind["from"]])[] = [
  ["run", RUN_BYTES, ["report", example("random-read-local")]],
  ["matrix", RUN_BYTES, ["report", example("queue-depth-sweep-local")]],
  ["bucket", RUN_BYTES, ["report", example("multipart-download-minio")]],
  ["mixed", RUN_BYTES, ["report", example("mixed-70-30-local")]],
  ["stall", RUN_BYTES, openLoop],
  ["fifty phases", 2_500_000, fifty],
  ["search", RUN_BYTES, () => runReport(found)],
  ["partial", RUN_BYTES, () => runReport(repeated())],
  ["failed", RUN_BYTES, () => runReport(failed())],
  ["described", RUN_BYTES, () => runReport(described())],
  ["compared", RUN_BYTES, ["compare", ...EXAMPLE_RUNS]],
  ["tested", GUIDE_BYTES, () => comparisonReport(tested())],
  ["slower", GUIDE_BYTES, () => comparisonReport(slower())],
  ["verdicts", GUIDE_BYTES, ["verify", ...EXAMPLE_RUNS]],
  ["statements", GUIDE_BYTES, ["report", "--guide", ...EXAMPLE_RUNS]],
  ["guide", GUIDE_BYTES, guide],
  ["overview", GUIDE_BYTES, ["report", ...EXAMPLE_RUNS]],
  ["trend", GUIDE_BYTES, () => overviewReport(NIGHTS.map((run) => ({ run, page: null })))],
  ["trends of one name", GUIDE_BYTES, alike],
  ["selftest", GUIDE_BYTES, () => selftestReport(LIMITS, single().environment, ["It is slow."])],
  ["check", GUIDE_BYTES, ["check", "random-read", "-t", "null:"]],
];

/** All kinds of pages. */
export const PAGE_KINDS: readonly PageKind[] = KINDS.map(([name, maxBytes, from]) => ({
  name,
  maxBytes,
  from,
}));

/** Writes a page to a bench and returns its path. */
export async function madePage({ name, from }: PageKind, bench: Bench): Promise<string> {
  const path = join(bench.cwd, `${name.replaceAll(" ", "-")}.html`);
  writeFileSync(path, typeof from === "function" ? renderHtml(await from()) : await printed(from));
  return path;

  async function printed(args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await assay([...args, "--format", "html"], bench);
    if (!stdout.endsWith("</html>\n")) throw new Error(stderr);
    return stdout;
  }
}

function openLoop(): Document {
  const { run, series } = openLoopRun();
  return runReport(run, { phases: [series], problem: null });
}

function tested() {
  return compareRuns([eight(VOLUME, 1), eight(faster, 1.1)], { force: false });
}

/** Repetitions that took turns, and three columns. */
function slower() {
  const [one, other] = [eight(VOLUME, 1), eight({ ...VOLUME, name: "a name of many words" }, 0.5)];
  const third = inTurns(eight({ ...VOLUME, name: "gp2" }, 0.97), other).slice(0, 6);
  return compareRuns(
    [...inTurns(one, other), ...third.map((run) => ({ ...run, id: `${run.id}-again` }))],
    { force: false, pool: true },
  );
}

/** Runs of one scenario with two plans, on two targets of one name, minutes apart. */
function alike(): Document {
  const runs = NIGHTS.slice(0, 12).map((run, at) => {
    const path = at % 2 === 0 ? "/mnt/a" : "/mnt/a-long-name-of-a-mount-point/of/another/volume";
    const target = { ...run.target, address: { kind: "path", path } as const };
    const startedAt = `2026-11-20T10:0${Math.floor(at / 2)}:00.000Z`;
    const planHash = at % 4 < 2 ? run.planHash : "b".repeat(64);
    return { run: { ...run, target, planHash, startedAt }, page: null };
  });
  return overviewReport(runs);
}

async function guide(): Promise<Document> {
  return guideDocument(await loadCatalogue(), rich(), await loadPrices(), []);
}

/** An open loop in 50 phases, each with all of its columns. */
function fifty(): Document {
  const { run, series } = openLoopRun();
  const [first] = run.phases;
  if (first === undefined) throw new Error("the run has no phase");
  const names = Array.from({ length: 50 }, (_, at) => `lookups-${at + 1}`);
  const phases = names.map((name) => ({ ...first, phase: { ...first.phase, name } }));
  const plan = { ...run.plan, phases: phases.map(({ phase }) => phase) };
  const all = names.map((phase) => ({ ...series, phase }));
  return runReport({ ...run, plan, phases }, { phases: all, problem: null });
}
