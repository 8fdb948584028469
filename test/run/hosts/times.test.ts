import { expect, onTestFinished, test } from "vitest";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import type { HostCell } from "../../../src/run/hosts/cell.ts";
import type { HostEnd, MergeFacts } from "../../../src/run/hosts/host-end.ts";
import { HostsMeasurement } from "../../../src/run/hosts/hosts.ts";
import { mergeHosts } from "../../../src/run/hosts/result.ts";
import { endOf, factsOf, hostOf, READS, timed, WIDTH_NS } from "./support.ts";

const INTERVALS = 10;
const ELAPSED_NS = INTERVALS * WIDTH_NS;
/** Operations per interval of a host that loads: 100 per second. */
const EACH = 10;

/** The first intervals of a host. */
function cellsOf(intervals: number): readonly HostCell[] {
  const { cells } = hostOf({ intervals: Array(INTERVALS).fill(Array(EACH).fill(1e6)) });
  return intervals < INTERVALS ? cells.slice(0, intervals) : cells;
}

/** Hosts of which some were lost after a number of intervals. */
function resultOf(
  hosts: readonly (readonly HostCell[])[],
  ends: readonly HostEnd[],
  phase: PhasePlan = timed(INTERVALS),
  more: Partial<MergeFacts> & { readonly onHost?: (place: number, index: number) => void } = {},
): PhaseResult {
  const { onHost, ...facts } = more;
  const measurement = new HostsMeasurement({
    ...{ phase, intervals: { intervalNs: WIDTH_NS, perRate: 1 }, series: hosts.map(() => READS) },
    onHostInterval: (place, { index }) => onHost?.(place, index),
  });
  onTestFinished(() => measurement.close());
  for (const [place, cells] of hosts.entries()) {
    for (const cell of cells) measurement.add(place, cell);
    if (ends[place]?.lost === null) measurement.finish(place);
    else measurement.lose(place);
  }
  return mergeHosts(measurement, ends, factsOf(phase, facts));
}

const living = (place: number): HostEnd => endOf(place, ELAPSED_NS);
const lostAfter = (place: number, atNs: number): HostEnd =>
  endOf(place, 0, {}, { lost: { atNs, reason: "sent nothing for 30 s" }, result: null });

test("a loss that was found long after the phase does not lower the rate", () => {
  const ends = [living(0), living(1), lostAfter(2, 35e9)];
  const result = resultOf([cellsOf(10), cellsOf(10), cellsOf(5)], ends);
  expect(result.elapsedNs).toBe(ELAPSED_NS);
  expect(result.summaries[0]).toMatchObject({ operations: 250, operationsPerSecond: 250 });
  expect(result.hosts?.[2]).toMatchObject({
    ...{ elapsedNs: 5 * WIDTH_NS, operationsPerSecond: 100, lostAtNs: 35e9 },
  });
  expect(result.warnings.find(({ code }) => code === "host-lost")?.message).toMatch(
    /: c after 35\.0 s \(sent nothing for 30 s\); in the first 500 ms all hosts together did 300 /,
  );
});

test("without any result, the phase ends with the last interval of a host", () => {
  const result = resultOf([cellsOf(3), cellsOf(5)], [lostAfter(0, 40e9), lostAfter(1, 40e9)]);
  expect(result.elapsedNs).toBe(5 * WIDTH_NS);
  expect(result.summaries[0]).toMatchObject({ operations: 80, operationsPerSecond: 160 });
});

test("a host that was lost after its load keeps the time of its load", () => {
  const result = resultOf([cellsOf(10), cellsOf(10)], [living(0), lostAfter(1, 20e9)]);
  expect(result.summaries[0]).toMatchObject({ operationsPerSecond: 200 });
  expect(result.hosts?.map((host) => host.operationsPerSecond)).toEqual([100, 100]);
});

test("a host that was lost before measuring has no time, and is not slow", () => {
  const result = resultOf([cellsOf(10), cellsOf(10), []], [living(0), living(1), lostAfter(2, 0)]);
  expect(result.summaries[0]).toMatchObject({ operationsPerSecond: 200 });
  expect(result.reason).toBe("1 of 3 hosts lost: c before measuring (sent nothing for 30 s)");
  expect(result.hosts?.[2]).toMatchObject({ elapsedNs: 0, operationsPerSecond: 0, lostAtNs: 0 });
  const [lost, ...others] = result.warnings;
  expect(lost?.message).toContain("; the other 2 did 200 ops/s over the whole phase. ");
  expect(others).toEqual([]);
});

test("the offered load of a lost host ends with its last interval", () => {
  const step = { fromPerSecond: 300, toPerSecond: 300, durationNs: null };
  const rate = { arrivals: "fixed", steps: [step], mostBacklog: 10 } as const;
  const phase = timed(INTERVALS, { rate });
  const ends = [living(0), living(1), lostAfter(2, 35e9)];
  const result = resultOf([cellsOf(10), cellsOf(10), cellsOf(4)], ends, phase);
  expect(result.openLoop?.offeredPerSecond).toBeCloseTo(240, 6);
});

test("a host that failed without a result fails the phase, and is not called lost", () => {
  const failed = { result: null, failure: "the disk is full" };
  const ends = [living(0), endOf(1, 0, {}, failed), living(2)];
  const result = resultOf([cellsOf(10), cellsOf(5), cellsOf(10)], ends);
  expect(result).toMatchObject({ state: "failed", reason: "b: the disk is full" });
  expect(result.hosts?.[1]).toMatchObject({
    ...{ state: "failed", reason: "the disk is full", elapsedNs: 5 * WIDTH_NS },
    ...{ operationsPerSecond: 100 },
  });
  expect(result.hosts?.[1]).not.toHaveProperty("lostAtNs");
  expect(result.warnings).toEqual([]);
});

test("hosts that are not merged have their share of the offered load", () => {
  const step = { fromPerSecond: 400, toPerSecond: 400, durationNs: null };
  const rate = { arrivals: "fixed", steps: [step], mostBacklog: 10 } as const;
  const hosts = [cellsOf(10), cellsOf(10), cellsOf(10)];
  const ends = [living(0), living(1), living(2)];
  const result = resultOf(hosts, ends, timed(INTERVALS, { rate }), { hosts: 4 });
  expect(result.openLoop?.offeredPerSecond).toBeCloseTo(300, 6);
});

test("a host without work is complete, is not slow, and has no time series", () => {
  const [first, drain] = hostOf({ intervals: [[]] }).cells;
  if (first === undefined || drain === undefined) throw new Error("a host sends two intervals");
  const idle = [{ ...first, widthNs: 0 }, drain];
  const limit = { kind: "epochs", epochs: 1 } as const;
  for (const phase of [timed(INTERVALS), timed(INTERVALS, { limit })]) {
    const stored: string[] = [];
    const onHost = (place: number, index: number) => void stored.push(`${place}:${index}`);
    const ends = [living(0), living(1), endOf(2, 0, {}, { firstIssueNs: null })];
    const result = resultOf([cellsOf(10), cellsOf(10), idle], ends, phase, { onHost });
    expect(result).toMatchObject({ state: "complete", elapsedNs: ELAPSED_NS, intervals: 10 });
    expect(result.summaries[0]).toMatchObject({ operations: 200, operationsPerSecond: 200 });
    expect(result.warnings.map(({ code }) => code)).toEqual(["idle-workers"]);
    expect(result.warnings[0]?.message).toMatch(/^1 of 3 hosts had nothing to do: c\. /);
    expect(stored.filter((one) => one.startsWith("2"))).toEqual(["2:-1"]);
  }
});

const started = (place: number, more: Partial<HostEnd>, elapsedNs = ELAPSED_NS): HostEnd =>
  endOf(place, elapsedNs, {}, { firstIssueNs: 1e5, ...more });

test("a start that a clock got wrong counts in the spread", () => {
  const ends = [started(0, {}), started(1, { startErrorNs: -36e6 }), started(2, {})];
  const result = resultOf([cellsOf(10), cellsOf(10), cellsOf(10)], ends);
  expect(result).toMatchObject({
    state: "failed",
    reason: "the hosts started 36.0 ms apart, more than the 20.0 ms allowed",
    start: { spreadNs: 36e6 },
  });
  const [spread] = result.warnings;
  expect(spread?.message).toMatch(/36\.0 ms apart, more than 20\.0 ms; a was the last\. /);
});

test("a given maximum spread is the limit of a phase of any length", () => {
  const ends = [started(0, {}, 60e9), started(1, { firstIssueNs: 6e6 }, 60e9)];
  const hosts = [cellsOf(10), cellsOf(10)];
  expect(resultOf(hosts, ends).state).toBe("complete");
  expect(resultOf(hosts, ends, timed(INTERVALS), { maxStartSpreadNs: 5e6 })).toMatchObject({
    state: "failed",
    reason: "the hosts started 5.90 ms apart, more than the 5.00 ms allowed",
  });
  expect(resultOf(hosts, ends, timed(INTERVALS), { maxStartSpreadNs: 6e6 }).state).toBe("complete");
});

test("a clock that was not compared before the start has a warning", () => {
  const ends = [started(0, {}), started(1, { isClockStale: true })];
  const { state, warnings } = resultOf([cellsOf(10), cellsOf(10)], ends);
  expect(state).toBe("complete");
  expect(warnings.map(({ message }) => message)).toEqual([
    "1 of 2 hosts did not respond to clock requests before the start: b. That host may have " +
      "started early or late by the drift of its clock. Check the connection to the host, and " +
      "stop other programs on it.",
  ]);
});
