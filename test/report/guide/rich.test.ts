import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { loadPrices } from "../../../src/cost/prices.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { listScenarios } from "../../../src/scenario/shipped.ts";
import { firstLine, guideDocument, records, rich, table } from "./cases.ts";

const CATALOGUE = await loadCatalogue();
const PRICES = await loadPrices();
const SCENARIOS = (await listScenarios()).filter(({ ofGuide }) => ofGuide);
const MADE = rich();
const RICH = guideDocument(CATALOGUE, MADE, PRICES, SCENARIOS);

describe("storage of known truth", () => {
  test("what is honest is supported, what is not refuted, with value, figure and limit", () => {
    const of = (statement: string, claim: string) =>
      records(RICH).find((row) => row.statement_id === statement && row.claim_id === claim);
    expect(of("G12", "ebs.gp3.iops.provisioned")).toMatchObject({
      statement_verdict: "supported",
      verdict: "supported",
      reason_code: "agrees",
      targets: "general",
      target_kinds: "ebs-gp3",
      emulated: false,
      figure: 6000,
      bound_by: "storage",
      bound: 6000,
    });
    const slow = of("G24", "ebs.io2.latency.avg");
    expect(slow).toMatchObject({ verdict: "refuted", targets: "fast", figure: 500_000 });
    expect(slow?.measured_low).toBeGreaterThan(500_000);
  });

  test("has every statement and each of its claims, without a target if no run applies", () => {
    const all = records(RICH);
    expect(new Set(all.map((row) => row.statement_id)).size).toBe(38);
    for (const { id, claims } of CATALOGUE.statements) {
      const own = all.filter((row) => row.statement_id === id);
      expect(new Set(own.map((row) => row.claim_id))).toEqual(
        new Set(claims.length === 0 ? [null] : claims),
      );
    }
    const missing = all.filter((row) => row.targets === "");
    expect(missing.length).toBeGreaterThan(10);
    for (const row of missing) expect(row.reason_code).toBe("no-run");
  });

  test("has no duplicate row", () => {
    const keys = records(RICH).map((row) =>
      JSON.stringify([row.statement_id, row.claim_id, row.targets, row.phases]),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("conclusions", () => {
  test("order storage by service, with one column per storage class of a bucket", () => {
    const [row = {}] = table(RICH, "workloads-throughput");
    expect(Object.keys(row).slice(1)).toEqual([
      "general (EBS gp3)",
      "older (EBS gp2)",
      "fast (EBS io2)",
      "disk (EBS st1)",
      "shared (EFS)",
      "lake (S3 Standard)",
      "lake (S3 Standard-IA)",
      "lake (S3 Glacier Instant Retrieval)",
    ]);
  });

  test("relate the cost of provisioned storage to delivered rates without caveats", () => {
    const month = table(RICH, "costs-month");
    const of = (target: string) => month.find((row) => row.target === target);
    expect(of("general")?.usd_per_month).toBeCloseTo(60, 6);
    // 60 USD for about 6,000 IOPS.
    expect(of("general")?.usd_per_month_per_thousand_iops).toBeCloseTo(10, 0);
    // Elastic throughput is charged by what is moved, so the month is not what a rate costs.
    expect(of("shared")?.usd_per_month_per_thousand_iops).toBeNull();
  });

  test("mark values with caveats and do not rank them", () => {
    const text = renderMarkdown(RICH);
    expect(text).toMatch(/\*\*8,9\d\d\*\* \[a\]/);
    const ranked = text.split("\n").find((line) => line.includes("**Highest IOPS**"));
    expect(ranked).toContain("fast (EBS io2)");
    expect(ranked).not.toContain("shared");
    expect(ranked).toContain("1 left out");
  });

  test("name emulated storage as such", () => {
    const emulated = MADE.map(({ run, lines }) => ({
      run: { ...run, target: { ...run.target, emulated: { scale: 1 } } },
      lines,
    }));
    const document = guideDocument(CATALOGUE, emulated, PRICES, SCENARIOS);
    expect(firstLine(document)).toMatch(/^These results do not apply to AWS/);
    const text = renderMarkdown(document);
    expect(text).toContain("These targets are emulated");
    expect(text).toContain("general (EBS gp3, emulated)");
  });
});
