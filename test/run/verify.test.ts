// @module-tag system
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { probeEngines } from "../../src/engine/index.ts";
import { RANDOM_DATA } from "../../src/model/plan/data.ts";
import { fileName } from "../../src/model/plan/dataset.ts";
import { NO_PARAMETERS, type PhasePlan } from "../../src/model/plan/plan.ts";
import type { PhaseResult } from "../../src/model/run/run.ts";
import { executeRun } from "../../src/run/execute.ts";
import type { RunRequest } from "../../src/run/request.ts";
import { layOut } from "../../src/storage/content/layout.ts";
import { directorySpec, filesPlan, scratch } from "../storage/support.ts";
import { requestOf, resultOf, SILENT } from "./support.ts";

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped: ${refusal}\n`);
const ENGINES = (["sync", "uring", "threadpool"] as const).filter(
  (one) => one !== "uring" || !refusal,
);

const UNIT = 4096;
const UNITS_EACH = 32;
const dataset = filesPlan({
  name: "data",
  count: 3,
  size: { kind: "fixed", bytes: UNITS_EACH * UNIT },
  data: { ...RANDOM_DATA, verifiable: true },
});

const once: Partial<PhasePlan> = {
  access: "sequential",
  limit: { kind: "epochs", epochs: 1 },
  verify: true,
};
const reads: Partial<PhasePlan> = { ...once, mix: [{ operation: "read", weight: 1 }] };
const writes: Partial<PhasePlan> = { ...once, mix: [{ operation: "write", weight: 1 }] };
const both = [
  { operation: "read", weight: 50 },
  { operation: "write", weight: 50 },
] as const;

/** A run on a folder; `events` is told where its files lie. */
async function run(
  engine: (typeof ENGINES)[number],
  phases: readonly Partial<PhasePlan>[],
  events: (paths: readonly string[]) => Partial<RunRequest["events"]> = () => ({}),
) {
  const folder = scratch();
  const location = layOut(dataset, "data");
  const paths = [0, 1, 2].map((file) => join(folder, "assay-run-known", fileName(location, file)));
  const request = requestOf({ target: directorySpec(folder), engine, phases, dataset }, scratch());
  return executeRun({ ...request, events: { ...SILENT, ...events(paths) } });
}

test("kept data is not used by a run that verifies", async () => {
  const folder = scratch();
  const target = directorySpec(folder);
  const kept = requestOf({ target, engine: "sync", phases: [reads], dataset }, scratch());
  await executeRun({ ...kept, keepData: true });
  const next = { ...kept, runId: "run-next", reuseData: true, resultsFolder: scratch() };
  const { run: second } = await executeRun(next);
  expect(second.state).toBe("complete");
  expect(second.warnings.map(({ code }) => code)).toContain("not-reused");
  expect(readdirSync(folder)).toEqual(["assay-run-known"]);
});

/** Calls back after each phase with its number. */
function between(act: (phase: number) => void): Partial<RunRequest["events"]> {
  let phase = 0;
  return { finished: () => act(phase++) };
}

function unitAt(path: string, unit: number): Buffer {
  const bytes = Buffer.alloc(UNIT);
  const fd = openSync(path, "r");
  readSync(fd, bytes, 0, UNIT, unit * UNIT);
  closeSync(fd);
  return bytes;
}

function put(path: string, offset: number, bytes: Uint8Array): void {
  const fd = openSync(path, "r+");
  writeSync(fd, bytes, 0, bytes.length, offset);
  closeSync(fd);
}

function flip(path: string, offset: number): void {
  const byte = readFileSync(path)[offset] ?? 0;
  put(path, offset, Uint8Array.of(byte ^ 0x10));
}

function codes({ errors }: PhaseResult) {
  return Object.fromEntries(errors.map(({ code, count }) => [code, count]));
}

test("files that are renamed in between still hold what was written", async () => {
  const rename = [{ operation: "rename", weight: 1 }] as const;
  const renames = { ...once, mix: rename, verify: false } as const;
  const finished = await run("sync", [writes, renames, reads, writes, renames, reads]);
  expect(finished.run.reason).toBeNull();
  const counters = { unitsVerified: 3 * UNITS_EACH, unitsOverlapped: 0 };
  for (const index of [2, 5]) {
    const { result } = resultOf(finished, index);
    expect(result.errors).toEqual([]);
    expect(result.counters).toMatchObject(counters);
  }
});

describe.each(ENGINES)("%s", (engine) => {
  test("workers that write over each other raise no false alarm", async () => {
    const queueDepth = engine === "sync" ? 1 : 16;
    const shared = { verify: true, workers: 3, queueDepth, access: "random" } as const;
    const half = { kind: "operations", operations: 12_000 } as const;
    const finished = await run(engine, [
      { ...shared, mix: both, limit: half },
      reads,
      { ...shared, mix: both, limit: half, blockBytes: 4 * UNIT },
      { ...writes, verify: false, workers: 3 },
      { ...reads, workers: 3 },
    ]);
    expect(finished.run.reason).toBeNull();
    for (const index of finished.run.phases.keys()) {
      expect(resultOf(finished, index).result.errors).toEqual([]);
    }
    const seen = resultOf(finished, 0).result.counters;
    expect((seen.unitsVerified ?? 0) + (seen.unitsOverlapped ?? 0)).toBeGreaterThan(5000);
    expect(seen.unitsVerified).toBeGreaterThan(0);
    expect(resultOf(finished, 4).result.counters).toMatchObject({
      unitsVerified: 3 * UNITS_EACH,
      unitsOverlapped: 0,
    });
  });
});

const sizes = [
  { bytes: UNIT, weight: 3 },
  { bytes: 4 * UNIT, weight: 1 },
];

describe.each(ENGINES)("syncs, patterns and mixes of block sizes under %s", (engine) => {
  const mixed = { verify: true, blockBytes: 4 * UNIT, blockMix: sizes } as const;
  const limit = { kind: "operations", operations: 600 } as const;
  const sync = { call: "fdatasync", every: 5, directory: false } as const;
  const hotspot = { ...NO_PARAMETERS, hotOperationsShare: 0.8, hotDataShare: 0.2 };

  test("raise no false alarm, and a sync is no write", async () => {
    const queueDepth = engine === "sync" ? 1 : 8;
    const finished = await run(engine, [
      { ...mixed, mix: both, limit, queueDepth, workers: 2, sync },
      { ...mixed, mix: both, limit, access: "hotspot", accessParameters: hotspot },
      { ...writes, ...mixed, access: "permutation", queueDepth, workers: 2, sync },
      { ...reads, ...mixed, access: "reverse", workers: 2 },
      reads,
    ]);
    expect(finished.run.reason).toBeNull();
    for (const index of finished.run.phases.keys()) {
      expect(resultOf(finished, index).result.errors).toEqual([]);
    }
    expect(resultOf(finished, 0).all.sync?.count).toBeGreaterThan(0);
    const all = { unitsVerified: 3 * UNITS_EACH, unitsOverlapped: 0 };
    // The last writer of a unit is known again once another write to it went alone.
    expect(resultOf(finished, 3).result.counters).toMatchObject(all);
    expect(resultOf(finished, 4).result.counters).toMatchObject(all);
  });

  test("let no damage pass", async () => {
    const finished = await run(
      engine,
      [
        { ...writes, ...mixed, sync },
        { ...reads, ...mixed, access: "permutation" },
      ],
      ([path = ""]) => between((phase) => phase === 0 && flip(path, 13 * UNIT + 4095)),
    );
    expect(resultOf(finished, 0).result.errors).toEqual([]);
    const { result } = resultOf(finished, 1);
    expect(codes(result)).toEqual({ ECORRUPT: 1 });
    expect(result.errors[0]?.first).toContain(`the 4 KiB at ${13 * UNIT}`);
  });
});

describe.each(ENGINES)("damage under %s", (engine) => {
  test("finds every kind of damage once and reports its place", async () => {
    let old = Buffer.alloc(0);
    const finished = await run(engine, [reads, writes, reads, reads], ([path = "", other = ""]) =>
      between((phase) => {
        if (phase === 0) old = readFileSync(path);
        if (phase !== 2) return;
        flip(path, 2 * UNIT + 1234);
        put(path, 5 * UNIT, old.subarray(5 * UNIT, 6 * UNIT));
        put(path, 7 * UNIT + 2048, old.subarray(7 * UNIT + 2048, 8 * UNIT));
        put(path, 9 * UNIT, unitAt(path, 11));
        put(path, 13 * UNIT, unitAt(other, 13));
      }),
    );
    for (const index of [0, 1, 2]) expect(resultOf(finished, index).result.errors).toEqual([]);
    const { result, all } = resultOf(finished, 3);
    expect(codes(result)).toEqual({ ECORRUPT: 1, ESTALEBLOCK: 1, ETORN: 1, EMISPLACED: 2 });
    expect(all.errors).toBe(5);
    expect(all.operations + all.drained).toBe(3 * UNITS_EACH - 5);
    const first = (code: string) => result.errors.find((error) => error.code === code)?.first;
    const name = "data/000000000.bin";
    expect(first("ECORRUPT")).toContain(`${name} at ${2 * UNIT}: the 4 KiB at ${2 * UNIT}`);
    expect(first("ESTALEBLOCK")).toContain("have generation 0, but generation 1 was written");
    expect(first("ETORN")).toContain(`${7 * UNIT} of ${name} are a mix of generations 1 and 0`);
    expect(first("EMISPLACED")).toContain(`a whole block of file 0 at ${11 * UNIT}`);
  });

  test("damage done while a phase runs is found in it", async () => {
    const long = { kind: "duration", durationNs: 1.5e9 } as const;
    const finished = await run(
      engine,
      [{ ...reads, access: "random", limit: long, workers: 2, queueDepth: 4 }],
      ([path = ""]) => {
        let done = false;
        return {
          progress: () => {
            if (!done) flip(path, 3 * UNIT + 99);
            done = true;
          },
        };
      },
    );
    const { result, all } = resultOf(finished);
    expect(Object.keys(codes(result))).toEqual(["ECORRUPT"]);
    expect(all.operations).toBeGreaterThan(0);
  });

  test("a block inside a larger one is found too", async () => {
    const large = { blockBytes: 8 * UNIT } as const;
    const finished = await run(
      engine,
      [
        { ...writes, ...large },
        { ...reads, ...large },
      ],
      ([path = ""]) => between((phase) => phase === 0 && flip(path, 13 * UNIT + 4095)),
    );
    const { result } = resultOf(finished, 1);
    expect(codes(result)).toEqual({ ECORRUPT: 1 });
    expect(result.errors[0]?.first).toContain(`at ${8 * UNIT}: the 4 KiB at ${13 * UNIT}`);
    expect(result.warnings.map(({ code }) => code)).toContain("verified");
  });
});
