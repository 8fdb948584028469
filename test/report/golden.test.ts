import { describe, expect, test } from "vitest";
import { type Catalogue, loadCatalogue } from "../../src/claim/catalogue/catalogue.ts";
import { parseStatements } from "../../src/claim/catalogue/statements.ts";
import { loadPrices } from "../../src/cost/prices.ts";
import { compareRuns } from "../../src/metrics/compare/compare.ts";
import { comparisonReport } from "../../src/report/comparison/comparison.ts";
import { renderCsv } from "../../src/report/format/csv.ts";
import { renderJson } from "../../src/report/format/json.ts";
import { renderMarkdown } from "../../src/report/format/markdown.ts";
import { renderTerminal } from "../../src/report/format/terminal.ts";
import { summaryCsv } from "../../src/report/run/files/summary-csv.ts";
import { runReport } from "../../src/report/run/run.ts";
import { CLAIM } from "../claim/example.ts";
import { bucket, described, eight, failed, mixed, repeated, single } from "./cases.ts";
import { BUCKET, DIRECTORY, VOLUME } from "./fixture.ts";
import { expectGolden, goldenTexts } from "./golden.ts";
import { guideDocument, rich } from "./guide/cases.ts";

describe("golden run reports", () => {
  test.each([
    ["single", single()],
    ["mixed", mixed()],
    ["bucket", bucket()],
    ["repeated-partial", repeated()],
    ["failed", failed()],
    ["described", described()],
  ])("%s", (name, run) => {
    expectGolden(`${name}.md`, renderMarkdown(runReport(run)));
    expectGolden(`${name}.summary.csv`, summaryCsv(run));
  });

  test("the other formats show the same document", () => {
    const document = runReport(mixed());
    expectGolden("mixed.txt", renderTerminal(document, { color: false }));
    expectGolden("mixed.json.txt", renderJson(document));
  });
});

describe("golden comparisons", () => {
  const local = single(DIRECTORY, 2300, 410_000);
  const remote = single(BUCKET, 3.2e6, 1300);

  test("several scenarios on two targets", () => {
    const notRun = [
      { scenario: "mixed-70-30", target: "minio", reason: "objects cannot be written in place" },
    ];
    const comparison = compareRuns([local, remote, mixed(), failed(), bucket()], {
      force: false,
      notRun,
    });
    const document = comparisonReport(comparison);
    expectGolden("comparison.md", renderMarkdown(document));
    expectGolden("comparison.csv", renderCsv(document));
  });

  test("repetitions, of which one differs", () => {
    const faster = { ...VOLUME, name: "io2" };
    const same = { ...VOLUME, name: "gp3-again" };
    const runs = [eight(VOLUME, 1), eight(faster, 1.1), eight(same, 1.001)];
    const document = comparisonReport(compareRuns(runs, { force: false }));
    expectGolden("comparison-tested.md", renderMarkdown(document));
    expectGolden("comparison-tested.csv", renderCsv(document));
  });

  test("two plans, forced", () => {
    const other = { ...repeated(), planHash: "f".repeat(64) };
    const document = comparisonReport(compareRuns([single(), other], { force: true }));
    expectGolden("comparison-forced.md", renderMarkdown(document));
  });
});

describe("golden guide reports", () => {
  test("off AWS", async () => {
    const runs = [single(DIRECTORY, 2300, 410_000), single(BUCKET, 3.2e6, 1300), bucket()];
    const made = runs.map((run) => ({ run, lines: new Map() }));
    const document = guideDocument(FEW, made, null, SCENARIOS);
    expectGolden("guide.md", renderMarkdown(document));
    expectGolden("guide.csv", renderCsv(document));
  });

  test("storage of known truth, of many kinds", async () => {
    const document = guideDocument(await loadCatalogue(), rich(), await loadPrices(), SCENARIOS);
    expectGolden("guide-rich.md", renderMarkdown(document));
    expectGolden("guide-rich.csv", renderCsv(document));
    expectGolden("guide-rich.json.txt", renderJson(document));
    expectGolden("guide-rich.txt", renderTerminal(document, { color: false }));
  }, 60_000);
});

const SCENARIOS = [
  { name: "volume-limits", guide: ["G02", "G12"], targets: ["ebs-gp3", "ebs-io2"] },
  { name: "lake-scan", guide: ["G01", "G08"], targets: [] },
];

const FEW: Catalogue = {
  claims: [CLAIM],
  statements: parseStatements(
    `statements:
  - id: G05
    statement: Block storage answers sooner than file storage, which answers sooner than S3.
    services: [ebs, efs, s3]
    kinds: [ebs-gp3, ebs-io2, efs, s3]
    testable: yes
    needs: All three from one instance.
    claims: [test.provisioned]
    workloads:
      - { scenario: random-read, phase: read, measure: latency-p99, of: highest }
      - { scenario: multipart-download, phase: "*", measure: bytes-per-second, of: highest }
      - { scenario: sequential-read, phase: "*", measure: bytes-per-second, of: highest }
  - id: G08
    statement: Prefixes and tags keep data easy to find.
    services: [s3]
    kinds: [s3]
    testable: partly
    needs: Listings of many keys.
    workloads: []
`,
    "statements.yaml",
  ),
};

test("one notation of units in all reports", () => {
  const found = Object.entries(goldenTexts()).flatMap(([name, text]) =>
    (text.match(/\bop\/s|\d (?:us|usec|MBps|kB|Kib)\b/g) ?? []).map((hit) => `${name}: ${hit}`),
  );
  expect(found).toEqual([]);
});
