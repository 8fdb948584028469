import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { loadPrices } from "../../../src/cost/prices.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { renderCsv } from "../../../src/report/format/csv.ts";
import { renderJson } from "../../../src/report/format/json.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { renderTerminal } from "../../../src/report/format/terminal.ts";
import { findMeasure, matchesPhase } from "../../../src/report/guide/measure.ts";
import { plain, sentenceText } from "../../../src/report/parts/document.ts";
import { shortKind } from "../../../src/report/parts/kind.ts";
import type { Document } from "../../../src/report/report.ts";
import { listScenarios } from "../../../src/scenario/shipped.ts";
import type { MadeRun } from "../../truth/made-storage.ts";
import { bucket, failed, mixed, repeated, single } from "../cases.ts";
import { BUCKET, DIRECTORY, VOLUME } from "../fixture.ts";
import { firstLine, guideDocument, records, table } from "./cases.ts";

const CATALOGUE = await loadCatalogue();
const PRICES = await loadPrices();
const SCENARIOS = (await listScenarios()).filter(({ ofGuide }) => ofGuide);

function report(runs: readonly Run[]): Document {
  const made = runs.map((run): MadeRun => ({ run, lines: new Map() }));
  return guideDocument(CATALOGUE, made, PRICES, SCENARIOS);
}

const local = single(DIRECTORY, 2300, 410_000);
const remote = single(BUCKET, 3.2e6, 1300);

describe("off AWS", () => {
  const runs = [local, remote, bucket(), failed()];
  const document = report(runs);

  test("the first line says so, and nothing is supported or refuted in any format", () => {
    expect(firstLine(document)).toMatch(/^These results do not apply to AWS/);
    for (const row of records(document)) {
      expect(row.statement_verdict).toBe("inconclusive");
      expect(["inconclusive", null]).toContain(row.verdict);
    }
    const all = [
      renderMarkdown(document),
      renderCsv(document),
      renderJson(document),
      renderTerminal(document, { color: false }),
    ];
    for (const text of all) expect(text).not.toMatch(/supported|refuted/i);
    expect(renderMarkdown(document).split("\n", 3)[2]).toMatch(/^> ⚠ These results do not apply/);
  });

  test("has no ranking and no costs", () => {
    const titles = document.sections.map(({ title }) => title);
    expect(titles).not.toContain("Choice of storage");
    expect(titles).not.toContain("Costs");
  });

  test("shows the results of workloads nevertheless", () => {
    expect(table(document, "workloads-iops").map((row) => row["local (directory)"])).toContain(
      410_000,
    );
    const beside = table(document, "beside");
    expect(beside.find((row) => String(row.workload).startsWith("random-read, p99"))).toMatchObject(
      {
        local: 9200,
        minio: 12_800_000,
      },
    );
  });
});

describe("a declaration that AWS contradicts", () => {
  test("is in the first lines", () => {
    const storage = {
      backing: null,
      provisioned: {},
      instance: {},
      states: {},
      mismatches: ["declared `ebs-gp3`, but AWS describes gp2 | io1"],
      unknown: [],
    };
    const document = report([{ ...single(VOLUME), storage }]);
    expect(firstLine(document)).toContain("AWS describes gp2");
    expect(renderMarkdown(document)).toContain(
      "declared `ebs-gp3`, but AWS describes gp2 \\| io1.",
    );
  });
});

test("shows names with markup of markdown, tables or terminals as text", () => {
  const odd = { ...VOLUME, name: "a|b*c`d\u001b[31m" };
  const document = report([single(odd), repeated()]);
  const markdown = renderMarkdown(document);
  const rows = markdown.split("\n").filter((line) => line.startsWith("| "));
  const iops = rows.filter((line) => line.includes("`random-read` `read`"));
  expect(iops.length).toBeGreaterThan(0);
  for (const row of rows.filter((line) => line.includes("c\\`d"))) {
    expect(row).toContain("a\\|b\\*c\\`d");
  }
  expect(renderTerminal(document, { color: false })).not.toContain("\u001b");
});

test("lists the statements even without runs", () => {
  const document = report([]);
  expect(firstLine(document)).toContain("No runs: nothing was measured");
  expect(new Set(records(document).map((row) => row.statement_id)).size).toBe(38);
});

describe("the run of a workload", () => {
  test("is the latest of a scenario on a target", () => {
    const older = { ...local, id: "older", startedAt: "2026-11-19T00:00:00.000Z" };
    for (const runs of [
      [older, local],
      [local, older],
    ]) {
      expect(table(report(runs), "runs").map((row) => row.run_id)).toEqual([local.id]);
    }
  });

  test("is a complete one before a later one that is not", () => {
    const used = table(report([single(), repeated()]), "runs").map((row) => row.run_id);
    expect(used).toEqual([single().id]);
  });
});

describe("measures", () => {
  test("the highest or the lowest of the matching phases, of the median repetition", () => {
    const workload = { scenario: "s", phase: "*", measure: "bytes-per-second" } as const;
    const highest = findMeasure(bucket(), { ...workload, of: "highest" });
    const lowest = findMeasure(bucket(), { ...workload, of: "lowest" });
    expect(highest?.result.phase.name).toBe("download[partConcurrency=16]");
    expect(lowest?.result.phase.name).toBe("download[partConcurrency=4]");
    expect(findMeasure(repeated(), { ...workload, of: "highest" })?.result.repetition).toBe(1);
  });

  test("patterns: a star stands for any text, everything else for itself", () => {
    expect(matchesPhase("*[queueDepth=1]", "read[queueDepth=1]")).toBe(true);
    expect(matchesPhase("*[queueDepth=1]", "read[queueDepth=16]")).toBe(false);
    expect(matchesPhase("fetch", "prefetch")).toBe(false);
    expect(matchesPhase("*", "anything at all")).toBe(true);
    expect(matchesPhase("a.b", "axb")).toBe(false);
  });
});

describe("a target that was changed between two runs", () => {
  const later = "2026-11-21T10:00:00.000Z";
  const before = { ...single(VOLUME, 400_000, 16_000), id: "before" };
  const now = { ...VOLUME, provisioned: { ...VOLUME.provisioned, iops: 3000 } };
  const after: Run = { ...mixed(), id: "after", target: now, startedAt: later };

  test("has the values of its present storage, and earlier runs are named", () => {
    const was: Run = { ...before, target: { ...now, provisioned: { iops: 16_000 } } };
    for (const runs of [
      [was, after],
      [after, was],
    ]) {
      const document = report(runs);
      const rows = table(document, "workloads-iops");
      expect(rows.map((row) => row["gp3 (EBS gp3)"])).not.toContain(16_000);
      expect(rows).not.toHaveLength(0);
      expect(table(document, "runs").map((row) => row.run_id)).toEqual(["after"]);
      expect(renderMarkdown(document)).toMatch(
        /gp3\*\* is on other storage \(provisioned\.iops \(16000 .* 3000\)\): `before`/,
      );
      expect(JSON.stringify(document.sections)).not.toContain("16,000 ops/s");
    }
  });

  test("has the values of all runs if only host or software changed", () => {
    const { provisioned: _, ...rest } = VOLUME;
    const kernel = { ...after.environment, kernel: "4.4.0" };
    const other: Run = { ...after, target: { ...rest, provisioned: {} }, environment: kernel };
    const document = report([before, other]);
    expect(table(document, "runs")).toHaveLength(2);
    expect(renderMarkdown(document)).not.toContain("Not in the tables of workloads");
  });
});

test("text between backticks is code, a single backtick is text", () => {
  expect(sentenceText("declare `zone` or `a`.")).toEqual([
    "declare ",
    { code: "zone" },
    " or ",
    { code: "a" },
    ".",
  ]);
  expect(plain(sentenceText("an odd ` here"))).toBe("an odd ` here");
});

test("shortKind abbreviates kinds", () => {
  const rare = { fileClass: "infrequent-access" } as const;
  expect(shortKind({ ...VOLUME, kind: "efs", provisioned: rare }, null)).toBe("EFS IA");
  const { address } = BUCKET;
  if (address.kind !== "bucket") throw new Error("a bucket");
  const { endpoint: _, ...own } = address;
  expect(shortKind({ ...BUCKET, kind: "s3", address: own }, null)).toBe("S3 Standard");
  expect(shortKind({ ...BUCKET, kind: "s3" }, null)).toBe("S3 Standard, not AWS");
  expect(shortKind(BUCKET, null)).toBe("MinIO");
});
