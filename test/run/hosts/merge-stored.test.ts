import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { PhaseResult, Run } from "../../../src/model/run/run.ts";
import { HostsMeasurement } from "../../../src/run/hosts/hosts.ts";
import { hostParts, mergeStored } from "../../../src/run/hosts/merge-stored.ts";
import { mergeHosts } from "../../../src/run/hosts/result.ts";
import { readRun } from "../../../src/run/store/read.ts";
import { RunStore } from "../../../src/run/store/store.ts";
import { DIRECTORY, plan, run as runOf } from "../../report/fixture.ts";
import { labelsOf } from "../labels.ts";
import { endOf, factsOf, hostOf, hostRecord, READS, timed, WIDTH_NS } from "./support.ts";

const RUN_ID = "20260101-000000-reads-target-0001";
const STARTED_MS = Date.parse("2026-01-01T00:00:00.000Z");
const DEEDS = [
  { intervals: [[2e6, 3e6], [4e6], [5e6, -6e6]], drain: [7e6], errors: 1 },
  { intervals: [[9e6], [], [8e6]], drain: [-9e6] },
  { intervals: [[1e3], [2e3], [3e3]] },
];

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** One run of all hosts, and the folder of each of them, as the coordinator stores them. */
function storedRun() {
  const folder = scratch();
  const phase: PhasePlan = timed(3);
  const context = { phase: "read", repetition: 1, startedAtMs: STARTED_MS + 5000, matrix: {} };
  const names = { scenario: "reads", target: "local", folderName: "all" };
  const labels = { ...labelsOf(RUN_ID, STARTED_MS), ...names };
  const all = new RunStore(folder, labels);
  const own = DEEDS.map((_, at) => new RunStore(folder, { ...labels, folderName: `host-${at}` }));
  const intervals = { intervalNs: WIDTH_NS, perRate: 1 };
  const measure = (deeds: typeof DEEDS, more: object): PhaseResult => {
    const measurement = new HostsMeasurement({
      ...{ phase, intervals, series: deeds.map(() => READS), ...more },
    });
    for (const [place, one] of deeds.entries()) {
      for (const cell of hostOf(one).cells) measurement.add(place, cell);
      measurement.finish(place);
    }
    const ends = deeds.map((_, place) => endOf(place, 3 * WIDTH_NS, {}, { firstIssueNs: null }));
    const results = deeds.map((one, place) => (deeds.length === 1 ? null : alone(one, place)));
    const result = mergeHosts(
      measurement,
      ends.map((end, place) => ({ ...end, result: results[place] ?? end.result, partPlace: 0 })),
      factsOf(phase),
    );
    measurement.close();
    return result;
  };
  const alone = (deed: (typeof DEEDS)[number], place: number): PhaseResult => {
    const { hosts: _, start: __, ...result } = measure([deed], {});
    return { ...result, warnings: [], errors: [{ ...UNFINISHED, first: `${place}` }] };
  };
  const merged = measure(DEEDS, {
    onInterval: (interval: never, series: never) => all.interval(interval, series, context),
    onHostInterval: (place: number, interval: never, series: never) =>
      own[place]?.interval(interval, series, context),
  });
  const run = (more: Partial<Run>): Run => ({
    ...runOf(RUN_ID, DIRECTORY, plan("reads", [phase], { intervalNs: WIDTH_NS }), []),
    ...{ startedAt: new Date(STARTED_MS).toISOString(), hostScope: "shared" },
    ...more,
  });
  const records = DEEDS.map((_, rank) => hostRecord(rank));
  all.save(run({ hosts: records, phases: [merged] }));
  for (const [rank, store] of own.entries()) {
    const [record, deed] = [records[rank], DEEDS[rank]];
    if (record === undefined || deed === undefined) throw new Error("each host has deeds");
    store.save(run({ hosts: [record], phases: [alone(deed, rank)] }));
  }
  for (const store of [all, ...own]) store.close();
  return folder;
}

const UNFINISHED = { operation: "read", code: "UNFINISHED", count: 1, first: "" } as const;

const read = (folder: string, name: string) => readFileSync(join(folder, name), "utf8");
const parts = async (folder: string, ranks: readonly number[]) =>
  hostParts(await Promise.all(ranks.map((rank) => readRun(join(folder, `host-${rank}`), folder))));

test("folders of the hosts merge to the run that the coordinator stored", async () => {
  const folder = storedRun();
  const { run, missing } = mergeStored(await parts(folder, [2, 0, 1]), folder, (one) => one);
  expect(missing).toEqual([]);
  const expected = (await readRun(join(folder, "all"), folder)).run;
  expect(run.hosts).toEqual(expected.hosts);
  const [phase, whole] = [run.phases[0], expected.phases[0]];
  expect(phase?.summaries).toEqual(whole?.summaries);
  expect(phase?.stability).toEqual(whole?.stability);
  expect(phase?.errors).toEqual(whole?.errors);
  expect(phase?.hosts?.map(({ latency, operations }) => [latency, operations])).toEqual(
    whole?.hosts?.map(({ latency, operations }) => [latency, operations]),
  );
  for (const name of ["intervals.csv", "latency.hlog"]) {
    expect(read(join(folder, RUN_ID), name)).toBe(read(join(folder, "all"), name));
  }
  expect((await readRun(RUN_ID, folder)).run.phases).toHaveLength(1);
});

test("a phase ends as planned, not as its hosts were told", async () => {
  const folder = storedRun();
  for (const rank of [0, 1, 2]) {
    const path = join(folder, `host-${rank}`, "run.json");
    const stored: Run = JSON.parse(readFileSync(path, "utf8"));
    const limit = { kind: "operations", operations: 3 };
    const phases = stored.phases.map((one) => ({ ...one, phase: { ...one.phase, limit } }));
    const planned = stored.plan.phases.map((one) => ({ ...one, warmupAuto: true }));
    const changed = { ...stored, phases, plan: { ...stored.plan, phases: planned } };
    writeFileSync(path, JSON.stringify(changed));
  }
  const { run } = mergeStored(await parts(folder, [0, 1, 2]), folder, (one) => one);
  expect(run.phases[0]?.phase).toEqual({ ...timed(3), warmupAuto: true });
  expect(run.phases[0]?.stability?.warmup).not.toBeNull();
});

test("the last rank is missing too if the number of hosts is known", async () => {
  const folder = storedRun();
  const { run, missing } = mergeStored(await parts(folder, [0, 1]), folder, (one) => one, 3);
  expect(missing).toEqual([2]);
  expect(run).toMatchObject({ state: "partial", reason: "merged without rank 2" });
});

test("a missing rank is named, and the run is partial", async () => {
  const folder = storedRun();
  const { run, missing } = mergeStored(await parts(folder, [0, 2]), folder, (one) => one);
  expect(missing).toEqual([1]);
  expect(run).toMatchObject({ state: "partial", reason: "merged without rank 1" });
  expect(run.warnings[0]).toMatchObject({
    code: "hosts-absent",
    message:
      "The folders of 1 of 3 hosts were not merged: rank 1. Their operations are not in the " +
      "results. Merge again with their folders.",
  });
  expect(run.phases[0]?.summaries[0]?.operations).toBe(7);
});

test("a host that was stopped before its result counts as lost", async () => {
  const folder = storedRun();
  const path = join(folder, "host-1", "run.json");
  const stored = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...stored, state: "running", endedAt: null, phases: [] }));
  const { run } = mergeStored(await parts(folder, [0, 1, 2]), folder, (one) => one);
  expect(run).toMatchObject({ state: "partial", reason: "b: its state is running" });
  expect(run.phases[0]).toMatchObject({
    state: "partial",
    reason: "1 of 3 hosts lost: b after 300 ms (it stored no result of the phase)",
  });
  expect(run.phases[0]?.hosts?.[1]).toMatchObject({ operations: 2, lostAtNs: 3 * WIDTH_NS });
});

test("folders that do not belong together are refused", async () => {
  const folder = storedRun();
  const change = (more: object): void => {
    rmSync(join(folder, "host-9"), { recursive: true, force: true });
    cpSync(join(folder, "host-1"), join(folder, "host-9"), { recursive: true });
    const path = join(folder, "host-9", "run.json");
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...more }));
  };
  change({});
  await expect(parts(folder, [0, 1, 9])).rejects.toThrow(/host-1 and .*host-9 are both of rank 1/);
  change({ id: "20260101-000000-reads-target-0002" });
  await expect(parts(folder, [0, 9])).rejects.toThrow(/host-9: expected run .*0001, got .*0002/);
  change({ planHash: "0".repeat(64) });
  await expect(parts(folder, [0, 9])).rejects.toThrow(/host-9: its plan differs from that of/);
  change({ hosts: [hostRecord(0), hostRecord(1)] });
  await expect(parts(folder, [9])).rejects.toThrow(/one host of a run, got the run of all hosts/);
});

test("a damaged file is named, and nothing is stored", async () => {
  const folder = storedRun();
  const path = join(folder, "host-1", "latency.hlog");
  const lines = readFileSync(path, "utf8").split("\n");
  const at = lines.findIndex((line) => line.startsWith("Tag="));
  lines[at] = (lines[at] ?? "").replace(/,[^,]*$/, ",AAAA");
  writeFileSync(path, lines.join("\n"));
  const found = await parts(folder, [0, 1, 2]);
  expect(() => mergeStored(found, folder, (one) => one)).toThrow(/latency\.hlog:\d+: expected/);
  expect(readdirSync(folder)).not.toContain(RUN_ID);
});
