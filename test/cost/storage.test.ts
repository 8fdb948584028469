import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadPrices, parsePrices } from "../../src/cost/prices.ts";
import { storageCost } from "../../src/cost/storage.ts";
import { tiered } from "../../src/cost/volume.ts";
import { formatProblem, ScenarioError } from "../../src/model/fault/errors.ts";
import type { TargetKind } from "../../src/model/target/kind.ts";
import type { Provisioned } from "../../src/model/target/target.ts";

const prices = await loadPrices();
const GIB = 2 ** 30;
const MIB = 2 ** 20;

const cost = (kind: TargetKind, provisioned: Provisioned = {}) =>
  storageCost({ name: "t", kind, provisioned, storageClass: null }, prices);

// Worked by hand from the table; GB of AWS's volumes and file systems are GiB.
test.each<[string, TargetKind, Provisioned, number]>([
  // 500 x 0.08 + 3,000 x 0.005 + 125 x 0.04
  [
    "gp3 of 500 GiB, 6,000 IOPS, 250 MiB/s",
    "ebs-gp3",
    { sizeBytes: 500 * GIB, iops: 6000, throughputBytesPerSecond: 250 * MIB },
    40 + 15 + 5,
  ],
  ["gp3 with what comes with it", "ebs-gp3", { sizeBytes: 100 * GIB }, 8],
  ["gp2 of 1 TiB", "ebs-gp2", { sizeBytes: 1024 * GIB }, 102.4],
  // 1,000 x 0.125 + 32,000 x 0.065 + 32,000 x 0.046 + 6,000 x 0.032
  [
    "io2 over three tiers",
    "ebs-io2",
    { sizeBytes: 1000 * GIB, iops: 70_000 },
    125 + 2080 + 1472 + 192,
  ],
  ["io2 in its first tier", "ebs-io2", { sizeBytes: 100 * GIB, iops: 10_000 }, 12.5 + 650],
  ["st1 of 2 TiB", "ebs-st1", { sizeBytes: 2048 * GIB }, 92.16],
  ["sc1 of 125 GiB", "ebs-sc1", { sizeBytes: 125 * GIB }, 1.875],
  ["EFS", "efs", { storedBytes: 100 * GIB, throughputMode: "elastic" }, 30],
  // 1,024 GiB carry 50 MiB/s of the 150.
  [
    "EFS with throughput",
    "efs",
    {
      storedBytes: 1024 * GIB,
      throughputMode: "provisioned",
      throughputBytesPerSecond: 150 * MIB,
    },
    307.2 + 600,
  ],
  [
    "EFS IA, which is dearer outside of the elastic mode",
    "efs",
    { storedBytes: 1000 * GIB, fileClass: "infrequent-access", throughputMode: "bursting" },
    25,
  ],
  [
    "Lustre of 250 MB/s per TiB",
    "fsx-lustre",
    {
      sizeBytes: 1200 * GIB,
      deployment: "persistent-2",
      throughputPerTibBytesPerSecond: 250e6,
    },
    252,
  ],
])("%s", (_, kind, provisioned, expected) => {
  expect(cost(kind, provisioned)?.monthlyUsd).toBeCloseTo(expected, 6);
});

test("a TiB is 1,024 times the price of a GB", () => {
  expect(cost("ebs-gp3")?.perTibMonthUsd).toBeCloseTo(81.92, 6);
  expect(cost("s3")?.perTibMonthUsd).toBeCloseTo(23.552, 6);
});

test("an unknown cost names the missing facts, and assumptions are stated", () => {
  expect(cost("ebs-io2", { sizeBytes: GIB })).toMatchObject({
    monthlyUsd: null,
    remarks: ["monthly cost unknown; declare `iops`"],
  });
  expect(cost("ebs-gp3")?.remarks[0]).toBe("monthly cost unknown; declare `size`");
  expect(cost("ebs-gp3", { sizeBytes: GIB, iops: 3000 })?.remarks).toEqual([
    "throughput unknown; assumed to be the included 125 MiB/s",
  ]);
  expect(cost("fsx-lustre", { sizeBytes: GIB })?.remarks[0]).toBe(
    "price unknown; declare `deployment`",
  );
  expect(cost("efs")?.monthlyUsd).toBeNull();
  expect(cost("directory")).toBeNull();
  expect(cost("minio")).toBeNull();
});

test("EFS is charged by data transferred, S3 by requests and retrieval", () => {
  expect(cost("efs", { throughputMode: "elastic" })?.use).toMatchObject({
    readUsdPerGb: 0.03,
    writeUsdPerGb: 0.06,
  });
  const archive = cost("efs", { throughputMode: "elastic", fileClass: "archive" });
  expect(archive?.use.readUsdPerGb).toBeCloseTo(0.06, 9);
  const rare = { name: "b", kind: "s3", provisioned: {}, storageClass: "STANDARD_IA" } as const;
  expect(storageCost(rare, prices)?.use).toEqual({
    readUsdPerGb: 0.01,
    writeUsdPerGb: 0,
    readUsdPerThousand: 0.001,
    writeUsdPerThousand: 0.01,
  });
});

test("tiers add up: more never costs less, and one tier is a product", () => {
  const tiers = prices.volumes["ebs-io2"].iops ?? [];
  fc.assert(
    fc.property(fc.nat(300_000), fc.nat(300_000), (a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      expect(tiered(more, tiers)).toBeGreaterThanOrEqual(tiered(less, tiers));
      // Within the first tier, the cost difference is its price times the difference in amount.
      if (more <= 32_000) {
        expect(tiered(more, tiers) - tiered(less, tiers)).toBeCloseTo((more - less) * 0.065, 6);
      }
    }),
  );
});

const TEXT = readFileSync(new URL("../../scenarios/prices.yaml", import.meta.url), "utf8");

function problemsOf(from: string | RegExp, to: string): readonly string[] {
  expect(TEXT.search(from)).not.toBe(-1);
  try {
    parsePrices(TEXT.replace(from, to), "prices.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(formatProblem);
  }
}

describe("an invalid price list is reported with its position", () => {
  test.each([
    [
      "price: 0.08,",
      "price: cheap,",
      "`price`: expected an amount in USD of at least 0, such as `0.08`",
    ],
    ["above: 125MiB/s", "above: 125", "`125MiB/s`"],
    [
      "price: 0.1, source: infracost-ebs",
      "price: 0.1, source: infracost-ebb",
      "(keys of `sources`), got `infracost-ebb`; did you mean `infracost-ebs`?",
    ],
    ["above: 64000", "above: 6400", "expected a larger value than in the previous tier"],
    ["  ebs-st1:", "  ebs-st2:", "ebs-st1"],
    ["deployment: scratch-2", "deployment: scratch-3", "scratch-2"],
    ["perGibMonth: { price: 0.015", "perGib: { price: 0.015", "`perGib`"],
    ["currency: USD", "currency: EUR", "expected `USD`"],
  ])("%s → %s", (from, to, words) => {
    const problems = problemsOf(from, to);
    const line = TEXT.slice(0, TEXT.indexOf(from)).split("\n").length;
    expect(problems.join("\n")).toContain(words);
    expect(problems.join("\n")).toMatch(/^prices\.yaml:\d+:\d+: /);
    const lines = problems.map((one) => Number(one.split(":")[1]));
    expect(
      lines.some((one) => Math.abs(one - line) <= 3),
      problems.join("\n"),
    ).toBe(true);
  });

  test("all problems are reported together", () => {
    const twice = TEXT.replace("price: 0.08,", "price: -1,").replace("price: 0.3,", "price: x,");
    expect(() => parsePrices(twice, "p.yaml")).toThrow(ScenarioError);
    try {
      parsePrices(twice, "p.yaml");
    } catch (error) {
      expect(error instanceof ScenarioError && error.problems).toHaveLength(2);
    }
  });
});
