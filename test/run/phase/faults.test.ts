// @module-tag system
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { probeEngines } from "../../../src/engine/index.ts";
import { summarizePhase } from "../../../src/metrics/histogram/summary.ts";
import type { Location } from "../../../src/model/plan/dataset.ts";
import { MAX_BACKLOG } from "../../../src/model/plan/rate.ts";
import type { IntervalRecord } from "../../../src/model/run/measurement.ts";
import { runPhase } from "../../../src/run/phase/phase.ts";
import { WorkerPool } from "../../../src/run/phase/pool.ts";
import { answer, refusal, startFaultServer } from "../../engine/objects/fault-server.ts";
import { setEnvironment } from "../../env.ts";
import { filesOf, phasePlan } from "../../load/support.ts";
import { slowMount } from "../../storage/directory/slow-mount.ts";
import { scratch } from "../../storage/support.ts";

const uring = (await probeEngines()).uring.refusal;
if (uring !== undefined) process.stderr.write(`skipped for uring: ${uring}\n`);
const ENGINES = (["sync", "uring", "threadpool", "s3-sdk", "s3-wire"] as const).filter(
  (engine) => engine !== "uring" || uring === undefined,
);
type Engine = (typeof ENGINES)[number];

/** `hang`: what is issued from 300 ms on has no reply before the drain, 2 s, is over. */
type Fault = "hang" | "stall" | "failures";
const FROM_MS = { hang: 300, stall: 700, failures: 300 } as const;
const TO_MS = { hang: 4500, stall: 1600, failures: 600 } as const;

const FILES = filesOf([1_048_576]);
const BLOCK = Buffer.alloc(4096, "x");

/** Storage of an engine, and what begins and ends its fault. */
interface Storage extends AsyncDisposable {
  readonly location: Location;
  readonly begin: () => void;
  readonly end: () => void;
}

/** A store on this machine whose replies wait, or are refusals, while the fault lasts. */
async function faultyStore(fault: Fault): Promise<Storage> {
  let replying: Promise<void> | null = null;
  let reply = (): void => {};
  let failing = false;
  const server = await startFaultServer(async ({ headers }, socket) => {
    const range = headers.range?.replace("=", " ");
    const found = { ETag: '"one"', "Content-Range": `${range}/${FILES.totalBytes}` };
    if (failing) socket.write(answer(500, {}, refusal("InternalError")));
    else {
      await replying;
      socket.write(answer(206, found, BLOCK));
    }
  });
  const before = setEnvironment({ AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" });
  return {
    location: { kind: "bucket", address: server.address, root: "" },
    begin: () => {
      failing = fault === "failures";
      if (!failing) replying = new Promise((resolve) => (reply = resolve));
    },
    end: () => {
      failing = false;
      replying = null;
      reply();
    },
    async [Symbol.asyncDispose]() {
      setEnvironment(before);
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A mount that does not reply while the fault lasts, or a file that is cut short meanwhile. */
async function faultyDirectory(fault: Fault): Promise<Storage | null> {
  const mount = fault === "failures" ? null : await slowMount({ attributesMs: 60_000 });
  if (mount === null && fault !== "failures") return null;
  const backing = mount?.backing ?? scratch();
  const root = mount?.path ?? backing;
  mkdirSync(join(backing, "data"));
  const file = join(backing, "data/000000000.bin");
  writeFileSync(file, Buffer.alloc(1_048_576, "x"));
  const cut = (bytes: number) => truncateSync(file, bytes);
  return {
    location: { kind: "directory", root },
    begin: () => (mount === null ? cut(0) : mount.stall()),
    end: () => (mount === null ? cut(1_048_576) : mount.resume()),
    async [Symbol.asyncDispose]() {
      mount?.resume();
    },
  };
}

async function measured(engine: Engine, fault: Fault, perSecond: number | null) {
  const made = engine.startsWith("s3-") ? await faultyStore(fault) : await faultyDirectory(fault);
  if (made === null) return null;
  await using storage = made;
  const step = { fromPerSecond: perSecond ?? 0, toPerSecond: perSecond ?? 0, durationNs: null };
  const phase = phasePlan({
    queueDepth: 4,
    limit: { kind: "duration", durationNs: 1e9 },
    cache: fault === "failures" ? "warm" : "direct",
    rate:
      perSecond === null ? null : { arrivals: "fixed", steps: [step], mostBacklog: MAX_BACKLOG },
  });
  const pool = new WorkerPool();
  const intervals: Pick<IntervalRecord, "index" | "operations">[] = [];
  try {
    const result = await runPhase(
      {
        ...{ phase, engine, location: storage.location, dataset: FILES, generations: null },
        ...(engine === "sync" ? { threads: 4, depth: 1 } : { threads: 1, depth: 4 }),
        ...{ fallback: null, seed: 7, repetition: 1, intervalNs: 100e6 },
        ...{ drainNs: 2e9, quietNs: Infinity },
      },
      pool,
      {
        signal: new AbortController().signal,
        onStart: () => {
          void delay(FROM_MS[fault]).then(storage.begin);
          void delay(TO_MS[fault]).then(storage.end);
        },
        onInterval: ({ index, operations }) => intervals.push({ index, operations }),
      },
    );
    const [all = expect.fail()] = summarizePhase(result.totals, result.reportedNs);
    const { workers, openLoop } = result;
    result.close();
    const errors = workers.flatMap((worker) => worker.errors);
    return { all, errors, openLoop, intervals, failures: workers.map(({ failure }) => failure) };
  } finally {
    await pool.close();
  }
}

const LOOPS = [
  ["closed", null],
  ["open", 100],
] as const;

// Phases of a second against the clock: a busy machine may try again.
describe.each(ENGINES)("%s", { retry: 2 }, (engine) => {
  describe.each(LOOPS)("in a loop that is %s", (_, perSecond) => {
    test("counts what never completes", { timeout: 60_000 }, async ({ skip }) => {
      const found = await measured(engine, "hang", perSecond);
      if (found === null) return skip();
      const { all, errors, failures } = found;
      expect(failures.every((failure) => failure === null)).toBe(true);
      expect(all).toMatchObject({ errors: 4, unfinished: 4 });
      // The first requests of a client that was just loaded take their time.
      expect(all.operations).toBeGreaterThan(4);
      expect(errors.every(({ code }) => code === "UNFINISHED")).toBe(true);
      for (const { leastAgeNs = 0 } of errors) expect(leastAgeNs / 1e9).toBeGreaterThan(2.5);
      const { latency, response } = all;
      expect((latency?.atLeastNs ?? 0) / 1e9).toBeGreaterThan(2.5);
      expect((latency?.maxNs ?? 0) / 1e9).toBeGreaterThan(2.5);
      expect((latency?.p50Ns ?? 0) / 1e9).toBeLessThan(0.3);
      if (perSecond === null) return;
      // What no slot was free for had waited for the 2 s of the drain at least.
      expect(found.openLoop?.unissued).toBeGreaterThan(50);
      expect(response?.count).toBe(100);
      expect((response?.atLeastNs ?? 0) / 1e9).toBeGreaterThan(1.9);
      expect((response?.maxNs ?? 0) / 1e9).toBeGreaterThan(2.5);
      expect((response?.p50Ns ?? 0) / 1e9).toBeGreaterThan(1.9);
    });

    test("has a stall across the deadline in its latencies", { timeout: 60_000 }, async (at) => {
      const found = await measured(engine, "stall", perSecond);
      if (found === null) return at.skip();
      const { all, errors, intervals } = found;
      expect(all).toMatchObject({ errors: 0, unfinished: 0 });
      expect(errors).toEqual([]);
      expect((all.latency?.maxNs ?? 0) / 1e9).toBeGreaterThan(0.75);
      expect(all.latency?.atLeastNs).toBeUndefined();
      // Nothing that completed after the deadline is in an interval before it.
      const stalled = intervals.filter(({ index }) => index === 8 || index === 9);
      expect(stalled.flatMap(({ operations }) => operations)).toEqual([0, 0]);
      if (perSecond === null) expect(all.drained).toBe(4);
      else expect(all.operations + all.drained).toBe(100);
    });

    test("goes on after failures", { timeout: 60_000 }, async () => {
      const found = (await measured(engine, "failures", perSecond)) ?? expect.fail();
      const { all, errors, failures, intervals } = found;
      expect(failures.every((failure) => failure === null)).toBe(true);
      expect(all.unfinished).toBe(0);
      expect(all.errors).toBe(errors.reduce((sum, { count }) => sum + count, 0));
      expect(new Set(errors.map(({ code }) => code))).toEqual(
        new Set([engine.startsWith("s3-") ? "InternalError" : "ESHORT"]),
      );
      if (perSecond !== null) {
        expect(Math.abs(all.errors - 30)).toBeLessThan(12);
        expect(all.operations + all.errors + all.drained).toBe(100);
      }
      const after = intervals.filter(({ index }) => index >= 7);
      expect(after.every(({ operations }) => (operations[0] ?? 0) > 0)).toBe(true);
    });
  });
});
