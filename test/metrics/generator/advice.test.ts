import fc from "fast-check";
import { expect, test } from "vitest";
import { clientBound } from "../../../src/metrics/generator/client-bound.ts";
import { loadGeneratorWarnings, pacingWarning } from "../../../src/metrics/generator/generator.ts";
import type { HarnessRecord } from "../../../src/model/run/harness.ts";
import type { Warning } from "../../../src/model/run/run.ts";
import { makeWarning } from "../../../src/model/run/warning.ts";
import { caveatsOf } from "../../../src/report/run/words/caveats.ts";
import { latency, phasePlan, plan, result, run, summary, VOLUME } from "../../report/fixture.ts";

/** Evidence of any host: busy workers, CPU wait, a quota, operations that were not in flight. */
const anyRecord: fc.Arbitrary<HarnessRecord> = fc
  .record({
    cores: fc.integer({ min: 1, max: 8 }),
    count: fc.integer({ min: 1, max: 16 }),
    busy: fc.double({ min: 0, max: 1, noNaN: true }),
    wait: fc.double({ min: 0, max: 0.5, noNaN: true }),
    idleShare: fc.double({ min: 0, max: 1, noNaN: true }),
    throttledNs: fc.option(fc.double({ min: 0, max: 5e9, noNaN: true })),
    reachedShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    waitingShare: fc.double({ min: 0, max: 1, noNaN: true }),
    limitShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map((one) => {
    const { cores, count, idleShare, throttledNs, reachedShare, limitShare } = one;
    const workers = Array.from({ length: count }, (_, index) => ({
      worker: index,
      watchedNs: 10e9,
      cpuUserNs: one.busy * 10e9,
      cpuSystemNs: 0,
      processorWaitNs: one.wait * 10e9,
      processorTurns: 1000,
      collections: { count: 0, totalNs: 0, longestNs: 0 },
      loopDelayLongestNs: null,
    }));
    const planned = count * 4;
    const reached = planned * (reachedShare ?? 1);
    const inFlight =
      reachedShare === null
        ? null
        : { planned, reached, waitingForCpu: reached * one.waitingShare };
    const floor = {
      ...({ engine: "uring", direction: "read", blockBytes: 4096, queueDepth: 4 } as const),
      ...{ operationsPerSecond: 10_000, cpuPerOperationNs: 1, latencyP50Ns: 1, latencyP99Ns: 1 },
    };
    const bound = clientBound({
      ...{
        engine: "uring",
        elapsedNs: 10e9,
        processCpuNs: one.busy * count * 10e9,
        cores,
        workers,
      },
      ...{ operationsPerSecond: 10_000 * count * (limitShare ?? 0), completedShare: null },
      ...{ floor: limitShare === null ? null : floor, waitsBusily: false, inFlight },
    });
    const throttling =
      throttledNs === null ? null : { periods: 100, throttledPeriods: 50, throttledNs };
    return {
      ...{ watchedNs: 10e9, pauses: null, workers, stealShare: null, idleShare, throttling },
      ...{ involuntarySwitches: 0, cores, floor: null, bound, inFlight },
    };
  });

const idle = makeWarning("idle-workers", "2 of 4 threads had nothing to do");
const pacing = { latency: latency(50e6) };

function warningsOf(record: HarnessRecord, hasIdle: boolean, isOpen: boolean): readonly Warning[] {
  const others = hasIdle ? [idle] : [];
  const generator = loadGeneratorWarnings(record, others);
  const open = {
    ...{ offered: 1, offeredPerSecond: 1, late: 0, dropped: 0, unissued: 0, backlogMost: 0 },
    ...{ backlogAtEnd: 0, pacing: pacing.latency },
  };
  const late = isOpen
    ? pacingWarning(open, { response: latency(60e6) }, [...others, ...generator])
    : [];
  return [...others, ...late, ...generator];
}

const MORE = /more workers/i;
const FEWER = /fewer workers/i;

test("warnings of a phase never advise more and fewer workers", () => {
  let [more, fewer] = [0, 0];
  fc.assert(
    fc.property(anyRecord, fc.boolean(), fc.boolean(), (record, hasIdle, isOpen) => {
      const texts = warningsOf(record, hasIdle, isOpen)
        .map(({ message }) => message)
        .join("\n");
      more += Number(MORE.test(texts));
      fewer += Number(FEWER.test(texts));
      expect(MORE.test(texts) && FEWER.test(texts), texts).toBe(false);
    }),
    { numRuns: 2000 },
  );
  // Each kind of advice occurs: the test can fail.
  expect(more).toBeGreaterThan(20);
  expect(fewer).toBeGreaterThan(20);
});

test("caveats over several phases never advise more and fewer workers", () => {
  let [more, fewer] = [0, 0];
  fc.assert(
    fc.property(anyRecord, anyRecord, fc.boolean(), fc.boolean(), (one, other, isOpen, hasIdle) => {
      const records = [one, other, one, other];
      const phases = records.map((harness, at) => {
        const warnings = warningsOf(harness, hasIdle && at === 3, isOpen);
        return result(phasePlan(`phase-${at}`), [summary("all", 1000, 4096, 1e6)], {
          ...{ harness, warnings },
        });
      });
      const planned = plan(
        "several",
        phases.map(({ phase }) => phase),
      );
      const caveats = caveatsOf(run("several", VOLUME, planned, phases));
      const grouped = caveats.filter(({ results }) => results.size > 1);
      const texts = grouped.map(({ text }) => text).join("\n");
      more += Number(MORE.test(texts));
      fewer += Number(FEWER.test(texts));
      expect(MORE.test(texts) && FEWER.test(texts), texts).toBe(false);
    }),
    { numRuns: 2000 },
  );
  expect(more).toBeGreaterThan(5);
  expect(fewer).toBeGreaterThan(20);
});
