import { describe, expect, test } from "vitest";
import { claimNamed, loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { isRate } from "../../../src/claim/caveat/caveat.ts";
import { verify } from "../../../src/claim/index.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import type { Verdict } from "../../../src/model/claim/verdict.ts";
import type { Operation } from "../../../src/model/plan/operation.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { TargetKind } from "../../../src/model/target/kind.ts";
import type { Provisioned, TargetSpec } from "../../../src/model/target/target.ts";
import { linesOf, type Made, type MadeRun, madeRun } from "../../truth/made-storage.ts";
import { GIB, KIB, MIB, volume } from "../../truth/verdict-draws.ts";
import { files } from "../sides.ts";

const { claims } = await loadCatalogue();

/** A rate claim, storage it is about, and the operations that test it. */
interface Row {
  readonly id: string;
  readonly kind: TargetKind;
  readonly provisioned?: Provisioned;
  readonly operation?: Operation;
  readonly bytes: number;
  readonly access?: PhasePlan["access"];
  /** Queue depth with which latencies up to the published one cannot reach the figure. */
  readonly shallow: number;
  /** Latencies up to the published one, at which the figure is missed with that depth. */
  readonly latenciesMs: readonly number[];
  /** Queue depth that is enough at the published latency. */
  readonly deep: number;
  /** Operations per second of storage that misses the figure at any depth. */
  readonly missed: number;
  /** Whether the rate falls to an eighth, as when a burst ends. */
  readonly burst?: boolean;
}

const gp3 = (iops: number, mibs: number) =>
  ({ iops, throughputBytesPerSecond: mibs * MIB }) satisfies Provisioned;
const random = { kind: "ebs-gp3", bytes: 4 * KIB } as const;

const ROWS: readonly Row[] = [
  {
    ...{ id: "ebs.gp3.iops.baseline", ...random, provisioned: gp3(3000, 125) },
    ...{ shallow: 4, latenciesMs: [1.7, 3, 9], deep: 32, missed: 2000 },
  },
  {
    ...{ id: "ebs.gp3.iops.provisioned", ...random, provisioned: gp3(16_000, 1000) },
    ...{ shallow: 16, latenciesMs: [1.25, 2, 9], deep: 160, missed: 12_000 },
  },
  {
    ...{ id: "ebs.gp3.iops.provisioned", ...random, provisioned: gp3(16_000, 1000) },
    ...{ operation: "write", shallow: 64, latenciesMs: [5, 9], deep: 160, missed: 12_000 },
  },
  {
    ...{ id: "guide.g10.iops", ...random, provisioned: gp3(16_000, 1000) },
    ...{ shallow: 16, latenciesMs: [1.25, 9], deep: 160, missed: 12_000 },
  },
  {
    ...{ id: "ebs.gp3.consistency", ...random, provisioned: gp3(16_000, 1000) },
    ...{ shallow: 16, latenciesMs: [1.25, 9], deep: 160, missed: 12_000 },
  },
  {
    ...{ id: "ebs.gp3.tput.provisioned", kind: "ebs-gp3", provisioned: gp3(16_000, 1000) },
    ...{ bytes: 64 * KIB, shallow: 8, latenciesMs: [0.7, 1, 5], deep: 160, missed: 12_000 },
  },
  {
    ...{ id: "ebs.gp3.tput.baseline", kind: "ebs-gp3", provisioned: gp3(3000, 125) },
    ...{ bytes: 64 * KIB, shallow: 4, latenciesMs: [2.5, 9], deep: 32, missed: 1200 },
  },
  {
    ...{ id: "ebs.gp2.iops.large", kind: "ebs-gp2", provisioned: { sizeBytes: 2000 * GIB } },
    ...{ bytes: 16 * KIB, shallow: 8, latenciesMs: [2, 9], deep: 64, missed: 4000 },
  },
  {
    ...{ id: "ebs.gp2.iops.burst", kind: "ebs-gp2", provisioned: { sizeBytes: 100 * GIB } },
    ...{ bytes: 16 * KIB, shallow: 4, latenciesMs: [2, 9], deep: 32, missed: 2000, burst: true },
  },
  {
    ...{ id: "ebs.io2.iops.provisioned", kind: "ebs-io2", provisioned: { iops: 64_000 } },
    ...{ bytes: 4 * KIB, shallow: 16, latenciesMs: [0.3, 0.49], deep: 64, missed: 40_000 },
  },
  {
    ...{ id: "s3.rate.get", kind: "s3", operation: "fetch", access: "shuffled" },
    ...{ bytes: 64 * KIB, shallow: 256, latenciesMs: [60, 199], deep: 1100, missed: 4000 },
  },
  {
    ...{ id: "s3.rate.put", kind: "s3", operation: "create", access: "shuffled" },
    ...{ bytes: 64 * KIB, shallow: 256, latenciesMs: [90], deep: 352, missed: 2500 },
  },
];

const BUCKET = {
  address: { kind: "bucket", bucket: "b", prefix: "", region: "eu-west-1", pathStyle: false },
} as const;

function targetOf({ kind, provisioned = {} }: Row): TargetSpec {
  const more = kind === "s3" ? BUCKET : { emulated: { scale: 100 } };
  return volume(kind, kind === "s3" ? {} : { origin: "empty", ...provisioned }, more);
}

/** A phase at a rate; a time of 70 s is enough for every measure here. */
function phaseOf(row: Row, inFlight: number, perSecond: number): Made {
  const seconds = 70;
  const rate = (second: number) => (row.burst && second > 40 ? perSecond / 8 : perSecond);
  const { access = "random", operation = "read", bytes } = row;
  const split = { workers: 4, queueDepth: inFlight / 4, dataset: "data" };
  return {
    ...{ name: `depth-${inFlight}`, operations: [operation], seconds, rate },
    ...{ repetitions: 3, between: 0.01 },
    plan: { access, blockBytes: bytes, cache: "direct", warmupNs: 0, ...split },
    more: { datasetBytes: 64 * bytes },
  };
}

function runOf(row: Row, phases: readonly Made[]): MadeRun {
  const made = madeRun(targetOf(row), phases, { seed: 5 });
  const plan = { ...made.run.plan, datasets: [files(row.bytes, 64)] };
  return { ...made, run: { ...made.run, plan } };
}

function verdictOn({ id }: Row, made: MadeRun): Verdict {
  const [verdict] = verify([claimNamed(claims, id)], [made.run], linesOf([made]));
  if (verdict === undefined) throw new Error(`no phase matches ${id}`);
  return verdict;
}

const named = (row: Row) => [`${row.id}, ${row.operation ?? "read"}`, row] as const;

describe("a rate below its figure", () => {
  test.each(ROWS.map(named))("%s: is not refuted at latencies that are published", (_, row) => {
    for (const ms of row.latenciesMs) {
      const made = runOf(row, [phaseOf(row, row.shallow, (1000 * row.shallow) / ms)]);
      const { outcome, reason, settle } = verdictOn(row, made);
      expect(outcome, `${ms} ms: ${reason.words}`).toBe("inconclusive");
      expect(reason.code).toBe("queue-depth");
      const needed = Number(/the figure needs (\d+)/.exec(reason.words)?.[1]);
      expect(settle).toBe(`run it with ${needed} or more operations in flight`);
      expect(needed).toBeGreaterThan(row.shallow);
      expect(needed).toBeLessThanOrEqual(row.deep);
    }
  });

  test.each(ROWS.map(named))("%s: is refuted with enough in flight", (_, row) => {
    const { outcome, reason } = verdictOn(row, runOf(row, [phaseOf(row, row.deep, row.missed)]));
    expect(outcome, reason.words).toBe("refuted");
  });

  test.each(ROWS.filter(({ burst }) => burst !== true).map(named))(
    "%s: is refuted where half as many in flight reach the same rate",
    (_, row) => {
      const phases = [row.shallow / 2, row.shallow].map((depth) => phaseOf(row, depth, row.missed));
      const { outcome, reason } = verdictOn(row, runOf(row, phases));
      const isAdvised = row.id === "ebs.io2.iops.provisioned";
      expect(outcome, reason.words).toBe(isAdvised ? "inconclusive" : "refuted");
    },
  );

  test.each(ROWS.filter(({ burst }) => burst !== true).map(named))(
    "%s: is not refuted where half as many in flight reach half the rate",
    (_, row) => {
      const ms = row.latenciesMs[0] ?? 1;
      const phases = [row.shallow / 2, row.shallow].map((depth) =>
        phaseOf(row, depth, (1000 * depth) / ms),
      );
      const { outcome, reason } = verdictOn(row, runOf(row, phases));
      expect(outcome, reason.words).toBe("inconclusive");
    },
  );
});

describe("published latencies", () => {
  const lowerBound = ({ role, over, relation, measure, side }: Claim) =>
    isRate(measure) &&
    over === null &&
    role !== "ceiling" &&
    role !== "superseded" &&
    !relation.startsWith("<") &&
    side.workload.inFlight?.most === undefined;

  test("limit every lower bound of a rate, except of hard disks, which have none", () => {
    const without = claims.filter((one) => lowerBound(one) && one.needs.latencies === undefined);
    const kinds = new Set(without.flatMap(({ side }) => side.kinds));
    expect([...kinds].sort()).toEqual(["ebs-sc1", "ebs-st1"]);
    for (const { id, needs } of without) expect(needs.inFlight, id).toBeGreaterThanOrEqual(4);
  });

  test("have a source and a date, and are no figures of the past", () => {
    const all = claims.flatMap(({ needs }) => needs.latencies ?? []);
    for (const { id, source, role } of all) {
      expect(source.date, id).toMatch(/20\d\d/);
      expect(role, id).toBe("expected");
    }
  });
});
