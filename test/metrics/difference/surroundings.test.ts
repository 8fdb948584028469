import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import {
  storageDifferences,
  targetDifferences,
} from "../../../src/metrics/difference/difference.ts";
import { evaluateThresholds } from "../../../src/metrics/threshold/threshold.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { declaredKnowledge, type StorageKnowledge } from "../../../src/model/target/knowledge.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { comparisonReport } from "../../../src/report/comparison/comparison.ts";
import { comparisonData } from "../../../src/report/comparison/data.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { eight, inTurns } from "../../report/cases.ts";
import { BUCKET, summary, VOLUME } from "../../report/fixture.ts";
import { held } from "../held.ts";

type Change = (run: Run) => Run;

/** A run on a target that is declared otherwise. */
function declared(change: Partial<TargetSpec>): Change {
  return (run) => ({ ...run, target: { ...run.target, ...change } });
}

/** A run of which a description found more. */
function described(change: Partial<StorageKnowledge>): Change {
  return (run) => ({ ...run, storage: { ...declaredKnowledge(run.target), ...change } });
}

function onVolume(id: string): Change {
  const backing = { kind: "ebs", evidence: "its serial number", members: [], mountOptions: [] };
  return described({ backing: { ...backing, kind: "ebs", id } });
}

function environment(change: Partial<Run["environment"]>): Change {
  return (run) => ({ ...run, environment: { ...run.environment, ...change } });
}

function mounted(type: string): Change {
  const mount = { mountPoint: "/mnt", source: "/dev/a", type, options: [], deviceNumber: "8:0" };
  return environment({ mount });
}

const same: Change = (run) => run;
const memory = (ns: number, hangEvery?: number) => {
  const latency = { kind: "fixed", ns } as const;
  const more = hangEvery === undefined ? {} : { hangEvery };
  const synthetic = { latency, stalls: [], errorEvery: 0, bytesPerSecond: 0, ...more };
  return declared({ address: { kind: "memory", synthetic }, kind: "synthetic", provisioned: {} });
};
const device = (path: string, writable: boolean) =>
  declared({ address: { kind: "device", path, writable } });
const bucket = (change: object) =>
  declared({ address: { ...BUCKET.address, ...change } as typeof BUCKET.address });
const iops = (value: number) => declared({ provisioned: { sizeBytes: 1e12, iops: value } });

/** What makes two measurements ones of different storage. */
const STORAGE: readonly (readonly [what: string, first: Change, other: Change, field: string])[] = [
  ["kind", declared({ kind: "ebs-gp3" }), declared({ kind: "ebs-io2" }), "kind"],
  ["described kind", same, described({ describedKind: "ebs-gp2" }), "kind"],
  ["path", same, declared({ address: { kind: "path", path: "/else" } }), "address.path"],
  ["device", device("/dev/nvme1n1", false), device("/dev/nvme2n1", false), "address.path"],
  ["kind of address", same, device("/mnt/gp3", false), "address.kind"],
  ["endpoint", bucket({}), bucket({ endpoint: "http://b:1" }), "address.endpoint"],
  ["acceleration", bucket({}), bucket({ accelerate: true }), "address.accelerate"],
  ["synthetic latency", memory(1e6), memory(2e6), "address.synthetic.latency.ns"],
  ["synthetic hangs", memory(1e6), memory(1e6, 5), "address.synthetic.hangEvery"],
  ["emulation", same, declared({ emulated: { scale: 1 } }), "emulated"],
  ["size after a resize", iops(16_000), iops(3000), "provisioned.iops"],
  ["volume at one path", onVolume("vol-1"), onVolume("vol-2"), "id"],
  ["file system", mounted("ext4"), mounted("xfs"), "fileSystem"],
];

/** What is another measurement of the same storage. */
const AROUND: readonly (readonly [what: string, first: Change, other: Change, field: string])[] = [
  ["CPUs", environment({ cpus: 4 }), environment({ cpus: 64 }), "host.cpus (4 and 64)"],
  ["memory", same, environment({ memoryBytes: 2 ** 40 }), "host.memoryGib"],
  ["processor", same, environment({ cpuModel: "other" }), "host.cpuModel"],
  ["kernel", same, environment({ kernel: "4.4" }), "software.kernel"],
  ["Node", same, environment({ nodeVersion: "v20" }), "software.node"],
  ["package", same, environment({ packages: { koffi: "0.1" } }), "software.packages.koffi"],
  ["version", same, (run) => ({ ...run, assayVersion: "0.0.1" }), "software.assay"],
  ["instance", same, declared({ instance: { type: "m6a.large" } }), "host.instance.type"],
  ["IOPS that one did not record", declared({ provisioned: {} }), iops(1), "provisioned.iops"],
  ["volume that one did not record", same, onVolume("vol-2"), "id"],
];

/** Not even another measurement. */
const ALIKE: readonly (readonly [what: string, first: Change, other: Change])[] = [
  ["permission to write", device("/dev/a", false), device("/dev/a", true)],
  ["profile", bucket({ profile: "a" }), bucket({ profile: "b" })],
  ["fields that are off", memory(1e6), memory(1e6, 0)],
  ["memory within 1 GiB", same, (run) => environment({ memoryBytes: memoryOf(run) - 4096 })(run)],
  ["bytes stored", same, declared({ provisioned: { ...VOLUME.provisioned, storedBytes: 5 } })],
];

function memoryOf({ environment: { memoryBytes } }: Run): number {
  return memoryBytes;
}

const EVERY = [...STORAGE, ...AROUND];

/** Four runs each of two targets in turns, the last four of the first one changed. */
function pooled(first: Change, other: Change) {
  const io2 = { ...VOLUME, name: "io2" };
  const turns = inTurns(eight(VOLUME, 1), eight(io2, 1.5));
  const runs = turns.map((run, at) =>
    run.target.name === "io2" ? run : (at < turns.length / 2 ? first : other)(run),
  );
  const comparison = compareRuns(runs, { force: false, pool: true });
  return { comparison, columns: comparison.scenarios[0]?.runs ?? [] };
}

describe("pooled columns", () => {
  test.each(EVERY)("are two before and after a change: %s", (_, first, other) => {
    const { columns } = pooled(first, other);
    expect(columns.map(({ target }) => target).sort()).toEqual(["gp3", "gp3", "io2"]);
    expect(new Set(columns.map(({ label }) => label)).size).toBe(3);
    expect(columns.reduce((sum, { runs }) => sum + runs.length, 0)).toBe(16);
  });

  test.each(ALIKE)("stay one: %s", (_, first, other) => {
    expect(pooled(first, other).columns.map(({ target }) => target)).toEqual(["gp3", "io2"]);
  });

  test("of emulated storage alone are called emulated", () => {
    const { columns } = pooled(same, declared({ emulated: { scale: 1 } }));
    expect(columns.map(({ emulated = false }) => emulated).sort()).toEqual([false, false, true]);
  });
});

describe("columns that are compared", () => {
  test.each(EVERY)("name in one line what differs: %s", (_, first, other, field) => {
    const runs = [first(eight(VOLUME, 1)), { ...other(eight(VOLUME, 1)), id: "again" }];
    for (const pool of [false, true]) {
      const comparison = compareRuns(runs, { force: false, pool });
      expect(comparison.scenarios[0]?.differentSurroundings).toContain(field);
      const line = renderMarkdown(comparisonReport(comparison))
        .split("\n")
        .filter((text) => text.startsWith("Columns differ: "));
      expect(line).toHaveLength(1);
      const { columns, rows } = comparisonData(comparison);
      const at = columns.findIndex(({ key }) => key === "surroundings_differences");
      expect(rows.map((row) => row[at]?.value)).toEqual(
        rows.map(() => comparison.scenarios[0]?.differentSurroundings),
      );
    }
  });

  test.each(ALIKE)("do not call the same different: %s", (_, first, other) => {
    const runs = [first(eight(VOLUME, 1)), { ...other(eight(VOLUME, 1)), id: "again" }];
    const [scenario] = compareRuns(runs, { force: false }).scenarios;
    expect(scenario?.differentSurroundings).toBeNull();
  });
});

describe("a baseline", () => {
  const rates = (all: readonly number[]) =>
    all.map((rate) => [summary("all", rate, 4096, 1e9 / rate)]);
  const LOWER = "vs baseline: rate not lower";
  const judge = (first: Change, other: Change, now = [500, 501, 502, 503]) => {
    const before = first({ ...held([], rates([500, 501, 502, 503])), id: "before" });
    return evaluateThresholds(other(held([LOWER], rates(now))), before)[0];
  };

  test.each(STORAGE)("of other storage decides nothing: %s", (_, first, other, field) => {
    for (const now of [undefined, [1, 2, 3, 4]]) {
      const outcome = judge(first, other, now);
      expect(outcome).toMatchObject({
        state: "broken",
        baseline: { shows: "nothing", isOtherStorage: true },
      });
      expect(outcome?.reason).toContain(
        "the run and its baseline run measured different storage: ",
      );
      expect(outcome?.reason).toContain(field);
    }
  });

  test.each(AROUND)("is named where it was made otherwise: %s", (_, first, other, field) => {
    const outcome = judge(first, other);
    expect(outcome).toMatchObject({ state: "met", baseline: { shows: "nothing" } });
    expect(outcome?.baseline?.differs).toContain(field);
    expect(outcome?.baseline?.isOtherStorage).toBeUndefined();
    expect(judge(first, other, [100, 101, 102, 103])?.state).toBe("broken");
  });

  test.each(ALIKE)("is the same storage and surroundings: %s", (_, first, other) => {
    expect(judge(first, other)?.baseline?.differs).toBeUndefined();
  });

  test("is refused before any run by what was declared, not by what is unknown", () => {
    const run = eight(VOLUME, 1);
    for (const [, first, other] of AROUND) {
      const [one, two] = [first(run), other(run)];
      expect(targetDifferences(one.target, two.target)).toEqual([]);
      expect(storageDifferences(one, two)).toEqual([]);
    }
    const seen = STORAGE.filter(
      ([, first, other]) => targetDifferences(first(run).target, other(run).target).length > 0,
    );
    expect(STORAGE.filter((one) => !seen.includes(one)).map(([what]) => what)).toEqual([
      "described kind",
      "volume at one path",
      "file system",
    ]);
  });
});
