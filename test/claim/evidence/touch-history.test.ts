import { expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { evidenceOf } from "../../../src/claim/evidence/evidence.ts";
import { verify } from "../../../src/claim/index.ts";
import type { Run } from "../../../src/model/run/run.ts";
import type { Backing } from "../../../src/model/target/backing.ts";
import type { TargetKind } from "../../../src/model/target/kind.ts";
import { declaredKnowledge } from "../../../src/model/target/knowledge.ts";
import type { Provisioned, TargetSpec } from "../../../src/model/target/target.ts";
import { linesOf, type Made, type MadeRun, madeRun } from "../../truth/made-storage.ts";
import { TARGET } from "../example.ts";
import { files } from "../sides.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const { claims } = await loadCatalogue();

const INSTANCE = {
  type: "m6a.48xlarge",
  region: "us-east-1",
  zone: "us-east-1a",
  ebsBaselineIops: 1e6,
  ebsBaselineBytesPerSecond: 50e9,
  networkBaselineBytesPerSecond: 50e9,
};

function target(kind: TargetKind, provisioned: Provisioned, more: Partial<TargetSpec> = {}) {
  return { ...TARGET, name: kind, kind, instance: INSTANCE, provisioned, ...more };
}

/** Reads each block of ten files once. */
function pass(name: string, rate: number): Made {
  return {
    ...{ name, operations: ["read"], seconds: 20, rate, medianNs: 1e9 / rate, repetitions: 1 },
    plan: {
      ...{ blockBytes: 16_384, workers: 1, queueDepth: 1, access: "permutation" },
      ...{ cache: "direct", warmupNs: 0, dataset: "data" },
    },
    more: { datasetBytes: 10 * MIB },
  };
}

function at(days: number, minutes = 0): string {
  return new Date(Date.UTC(2026, 9, 1) + days * 86_400_000 + minutes * 60_000).toISOString();
}

let seed = 1;

function run(
  on: TargetSpec,
  phases: readonly Made[],
  more: Partial<Run>,
  dataset = files(MIB, 10),
): MadeRun {
  seed += 1;
  const one = madeRun(on, phases, { seed, id: `run-${seed}`, ...more });
  return { ...one, run: { ...one.run, plan: { ...one.run.plan, datasets: [dataset] } } };
}

function touches(runs: readonly MadeRun[]) {
  const found = evidenceOf(runs.map((one) => one.run)).flatMap((one) => one.repetitions);
  return runs.flatMap((one) =>
    one.run.phases.map((result) => found.find((rep) => rep.result === result)?.touch),
  );
}

function outcomeOf(id: string, runs: readonly MadeRun[]) {
  const only = claims.filter((claim) => claim.id === id);
  const [verdict] = verify(
    only,
    runs.map((one) => one.run),
    linesOf(runs),
  );
  return verdict === undefined ? "nothing" : `${verdict.outcome} ${verdict.reason.code}`;
}

const IA: Provisioned = {
  ...{ throughputMode: "elastic", performanceMode: "general-purpose" },
  ...{ availability: "regional", fileClass: "infrequent-access", zone: "us-east-1a" },
};

test("data that a given run wrote is not new to a run that reuses it", () => {
  const efs = target("efs", IA);
  const wrote = run(efs, [pass("read", 900)], { startedAt: at(0) });
  const reused = run(efs, [pass("read", 900)], { startedAt: at(0, 10), reusedData: true });
  expect(touches([wrote, reused])).toEqual(["again", "again"]);
  expect(touches([reused])).toEqual(["first"]);
  // The order in which runs are given does not matter.
  expect(touches([reused, wrote])).toEqual(["again", "again"]);
  expect(outcomeOf("efs.class.ia", [wrote, reused])).toBe("nothing");
  const other = run(
    efs,
    [pass("read", 900)],
    { startedAt: at(1), reusedData: true },
    files(MIB, 9),
  );
  expect(touches([wrote, other])).toEqual(["again", "first"]);
});

test("files of a cold class are cold where their age is declared", () => {
  const reads = (days: number | undefined, startedAt: string) => {
    const provisioned = days === undefined ? IA : { ...IA, untouchedDays: days };
    const phases = [pass("first", 40), pass("second", 900)];
    return run(target("efs", provisioned), phases, { startedAt, reusedData: true });
  };
  const wrote = run(target("efs", IA), [pass("read", 900)], { startedAt: at(0) });
  expect(outcomeOf("efs.class.ia", [reads(undefined, at(40))])).toBe("inconclusive undeclared");
  expect(outcomeOf("efs.class.ia", [reads(0, at(40))])).toBe("nothing");
  expect(outcomeOf("efs.class.ia", [reads(30, at(40))])).toBe("supported agrees");
  expect(touches([wrote, reads(30, at(40))])).toEqual(["again", "first", "again"]);
  expect(outcomeOf("efs.class.ia", [wrote, reads(30, at(40))])).toBe("supported agrees");
  // A given run accessed them since.
  expect(outcomeOf("efs.class.ia", [wrote, reads(30, at(20))])).toBe("nothing");
});

test("files that a run wrote on FSx for Lustre were not loaded from S3", () => {
  const fsx = target("fsx-lustre", {
    ...{ sizeBytes: 1200 * GIB, deployment: "persistent-2", medium: "ssd", zone: "us-east-1a" },
    ...{ throughputPerTibBytesPerSecond: 125e6, linkedToS3: true },
  });
  const wrote = run(fsx, [pass("write", 900)], { startedAt: at(0) });
  const epochs = [pass("epoch-1", 400), pass("epoch-2", 900)];
  const reused = run(fsx, epochs, { startedAt: at(0, 10), reusedData: true });
  expect(touches([wrote, reused])).toEqual(["again", "again", "again"]);
  expect(outcomeOf("lustre.lazyload", [wrote, reused])).toBe("nothing");
});

function below(id: string | null, members: readonly Backing[] = []): Backing {
  return { kind: "ebs", id, evidence: "its serial number", members, mountOptions: [] };
}

const SNAPSHOT: Provisioned = {
  ...{ sizeBytes: 500 * GIB, iops: 16_000, throughputBytesPerSecond: 1000 * MIB },
  ...{ initialised: false, origin: "snapshot", zone: "us-east-1a" },
};

/** One pass over a volume at one device path, deep enough for its provisioned IOPS. */
function volume(backing: Backing | null, startedAt: string, rate = 4000): MadeRun {
  const on = target("ebs-gp3", SNAPSHOT, {
    address: { kind: "device", path: "/dev/nvme1n1", writable: false },
  });
  const storage = { ...declaredKnowledge(on), backing };
  const plan = { ...pass("pass", rate).plan, workers: 8, queueDepth: 32 };
  const deep = { ...pass("pass", rate), seconds: 60, plan };
  return run(on, [deep], { startedAt, storage });
}

test.each([
  ["another volume", below("vol-1"), below("vol-2"), "first"],
  ["the same volume", below("vol-1"), below("vol-1"), "again"],
  [
    "an array with another member",
    below(null, [below("vol-1")]),
    below(null, [below("vol-2")]),
    "first",
  ],
  ["a volume whose id one run does not know", below("vol-1"), null, "part"],
  ["a volume whose id no run knows", null, null, "again"],
] as const)("%s at the same device: %#", (_, before, after, touch) => {
  const runs = [volume(before, at(0), 15_000), volume(after, at(0, 60))];
  expect(touches(runs)).toEqual(["first", touch]);
});

test("a fresh volume at the device of another one is neither refuted nor compared with it", () => {
  const runs = [volume(below("vol-1"), at(0), 15_000), volume(below("vol-2"), at(0, 60))];
  expect(outcomeOf("ebs.gp3.iops.provisioned", runs)).toBe("inconclusive initialisation");
  expect(outcomeOf("ebs.init.penalty", runs)).toBe("nothing");
  const again = [...runs, volume(below("vol-2"), at(0, 120), 9000)];
  expect(outcomeOf("ebs.gp3.iops.provisioned", again)).toBe("refuted contradicts");
  expect(outcomeOf("ebs.init.penalty", again)).not.toBe("nothing");
});

test("a pass over a part of a device is no pass over all of it", () => {
  const small = volume(below("vol-1"), at(0));
  const large = volume(below("vol-1"), at(0, 60));
  const phases = large.run.phases.map((one) => ({ ...one, datasetBytes: 100 * MIB }));
  const wide = { ...large, run: { ...large.run, phases } };
  expect(touches([small, wide])).toEqual(["first", "part"]);
  expect(touches([small, volume(below("vol-1"), at(1))])).toEqual(["first", "again"]);
});
