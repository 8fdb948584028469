import { expect, onTestFinished, test } from "vitest";
import type { CacheEvidence } from "../../../src/model/run/cache.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import type { HostEnd, MergeFacts } from "../../../src/run/hosts/host-end.ts";
import { intervalsFor } from "../../../src/run/hosts/hosts.ts";
import { mergeHosts } from "../../../src/run/hosts/result.ts";
import { rosterWarnings } from "../../../src/run/hosts/roster-warnings.ts";
import { endOf, factsOf, hostOf, hostRecord, merged, READS, timed, WIDTH_NS } from "./support.ts";

const INTERVALS = 10;
const ELAPSED_NS = INTERVALS * WIDTH_NS;

/** Hosts that each complete a number of operations per interval. */
function resultOf(
  each: readonly number[],
  ends: readonly HostEnd[] = each.map((_, place) => endOf(place, ELAPSED_NS)),
  more: Partial<MergeFacts> = {},
): PhaseResult {
  const hosts = each.map((count) =>
    hostOf({ intervals: Array(INTERVALS).fill(Array(count).fill(1e6)) }),
  );
  const phase = timed(INTERVALS);
  const measurement = merged(hosts, [0], { phase });
  onTestFinished(() => measurement.close());
  return mergeHosts(measurement, ends, factsOf(phase, more));
}

const codesOf = ({ warnings }: PhaseResult) => warnings.map(({ code }) => code);
const messageOf = ({ warnings }: PhaseResult, code: string) =>
  warnings.find((warning) => warning.code === code)?.message;

test("rates: each host over its own time, the merge over the longest", () => {
  const ends = [endOf(0, ELAPSED_NS), endOf(1, ELAPSED_NS / 2), endOf(2, ELAPSED_NS)];
  const result = resultOf([20, 20, 30], ends);
  expect(result).toMatchObject({ state: "complete", elapsedNs: ELAPSED_NS, warnings: [] });
  expect(result.summaries[0]).toMatchObject({ operations: 700, operationsPerSecond: 700 });
  expect(result.hosts?.map((host) => host.operationsPerSecond)).toEqual([200, 400, 300]);
  expect(result.start).toMatchObject({ firstDoneNs: ELAPSED_NS / 2, lastDoneNs: ELAPSED_NS });
  expect(result.harness).toBeUndefined();
  expect(result.hosts?.[2]?.latency).toMatchObject({ count: 300 });
});

test("counters, errors, pauses and CPU times are sums", () => {
  const error = { operation: "read", code: "EIO", count: 2, first: "EIO on a" } as const;
  const cpu = { workersUserNs: 1, workersSystemNs: 2, processUserNs: 3, processSystemNs: 4 };
  const own = {
    ...{ errors: [error], counters: { retries: 3 }, backOff: { pauses: 1, totalNs: 5 } },
    cpu,
  };
  const result = resultOf([1, 1], [endOf(0, ELAPSED_NS, own), endOf(1, ELAPSED_NS, own)]);
  expect(result.errors).toEqual([{ ...error, count: 4 }]);
  expect(result).toMatchObject({ counters: { retries: 6 }, backOff: { pauses: 2, totalNs: 10 } });
  expect(result.cpu).toEqual({
    ...{ workersUserNs: 2, workersSystemNs: 4, processUserNs: 6, processSystemNs: 8 },
  });
});

test("a lost host: its data stays, the phase is partial, and the rates are told apart", () => {
  const hosts = [10, 10, 10].map((count) =>
    hostOf({ intervals: Array(INTERVALS).fill(Array(count).fill(1e6)) }),
  );
  const phase = timed(INTERVALS);
  const measurement = merged(hosts.slice(0, 2), [0], { phase, series: hosts.map(() => READS) });
  onTestFinished(() => measurement.close());
  const sent = hosts[2]?.cells.slice(0, 4) ?? [];
  for (const cell of sent) measurement.add(2, cell);
  measurement.lose(2);
  const lost = { atNs: 4.5 * WIDTH_NS, reason: "connection closed" };
  const ends = [
    endOf(0, ELAPSED_NS),
    endOf(1, ELAPSED_NS),
    endOf(2, 0, {}, { lost, result: null }),
  ];
  const result = mergeHosts(measurement, ends, factsOf(phase));
  expect(result).toMatchObject({
    state: "partial",
    reason: "1 of 3 hosts lost: c after 450 ms (connection closed)",
    elapsedNs: ELAPSED_NS,
  });
  expect(result.summaries[0]).toMatchObject({ operations: 240, operationsPerSecond: 240 });
  expect(result.hosts?.[2]).toMatchObject({
    ...{ state: "partial", reason: "lost: connection closed", lostAtNs: 4.5 * WIDTH_NS },
    ...{ operations: 40, elapsedNs: 4 * WIDTH_NS, operationsPerSecond: 100, harness: null },
  });
  expect(messageOf(result, "host-lost")).toBe(
    "1 of 3 hosts was lost: c after 450 ms (connection closed); in the first 400 ms all " +
      "hosts together did 300 ops/s, the other 2 did 200 ops/s over the whole phase. Its " +
      "operations count until its last message, and the rate after it is that of fewer hosts. " +
      "Find out why the host or its connection ended, and run again.",
  );
});

test("hosts that start too far apart fail the phase, and its numbers stay", () => {
  const ends = (ms: number) => [
    endOf(0, ELAPSED_NS),
    endOf(1, ELAPSED_NS, {}, { firstIssueNs: 1e5 + ms * 1e6 }),
  ];
  expect(resultOf([10, 10], ends(19))).toMatchObject({ state: "complete", warnings: [] });
  const late = resultOf([10, 10], ends(30));
  expect(late).toMatchObject({
    state: "failed",
    reason: "the hosts started 30.0 ms apart, more than the 20.0 ms allowed",
    start: { spreadNs: 30e6 },
  });
  expect(late.summaries[0]).toMatchObject({ operations: 200 });
  expect(codesOf(late)).toEqual(["start-spread"]);
  const allowed = resultOf([10, 10], ends(30), { maxStartSpreadNs: 40e6 });
  expect(allowed).toMatchObject({ state: "complete", warnings: [] });
});

test("1% of a long phase may pass before all hosts load, with a warning", () => {
  const ends = [endOf(0, 10e9), endOf(1, 10e9, {}, { firstIssueNs: 60e6 })];
  const result = resultOf([10, 10], ends);
  expect(result.state).toBe("complete");
  expect(messageOf(result, "start-spread")).toMatch(
    /^The first operations of the hosts were 59\.9 ms apart, more than 20\.0 ms; b was the last\./,
  );
});

test("a clock that is not known well enough fails the phase", () => {
  const ends = [endOf(0, ELAPSED_NS), endOf(1, ELAPSED_NS, {}, { clockBoundNs: 25e6 })];
  expect(resultOf([1, 1], ends)).toMatchObject({
    state: "failed",
    reason:
      "the clock of b is known to 25.0 ms only, more than the 20.0 ms allowed between the starts " +
      "of the hosts",
  });
});

test("slow, silent and drifting hosts have warnings with their names", () => {
  const ends = [
    endOf(0, ELAPSED_NS),
    endOf(1, ELAPSED_NS, {}, { silentNs: 3.2e9 }),
    endOf(2, ELAPSED_NS, {}, { clockDriftNs: -12e6 }),
  ];
  const result = resultOf([100, 100, 49], ends);
  expect(codesOf(result)).toEqual(["host-silent", "uneven-hosts", "clock-drift"]);
  expect(messageOf(result, "host-silent")).toMatch(/^1 of 3 hosts sent nothing .*: b 3\.2 s\. /);
  expect(messageOf(result, "uneven-hosts")).toMatch(
    /median rate \(1,000 ops\/s\): c; c did 490 ops\/s, 49% of it\. /,
  );
  expect(messageOf(result, "clock-drift")).toMatch(/: c 12\.0 ms\. /);
  expect(codesOf(resultOf([100, 100, 51]))).toEqual([]);
});

test("warnings of the hosts are one per code, with the message of the worst", () => {
  const steal = (value: number) => ({
    code: "steal",
    message: `The hypervisor gave ${value * 100}% away.`,
    event: { name: "CPU steal", value },
  });
  const errors = { code: "errors", message: "3 operations failed." };
  const fallback = { code: "engine-fallback", message: "No io_uring." };
  const ends = [
    endOf(0, ELAPSED_NS, { warnings: [fallback] }),
    endOf(1, ELAPSED_NS, { warnings: [steal(0.1), fallback, errors] }),
    endOf(2, ELAPSED_NS, { warnings: [steal(0.2), fallback] }),
  ];
  expect(resultOf([5, 5, 5], ends).warnings).toEqual([
    { ...fallback, message: "On 3 of 3 hosts: no io_uring." },
    {
      ...steal(0.2),
      message: "On 2 of 3 hosts (b, c), here c: the hypervisor gave 20% away.",
    },
  ]);
});

test("a phase fails with the first host that failed, and engines that differ are named", () => {
  const ends = [
    endOf(0, ELAPSED_NS),
    endOf(1, ELAPSED_NS, { state: "failed", reason: "the storage is full", engine: "uring" }),
    endOf(2, ELAPSED_NS),
  ];
  const result = resultOf([5, 5, 5], ends);
  const reason = "b: the storage is full";
  expect(result).toMatchObject({ state: "failed", reason, engine: "sync" });
  expect(messageOf(result, "hosts-differ")).toMatch(
    /^The hosts differ in engine: sync \(a, c\), uring \(b\)\. /,
  );
});

const CACHE: CacheEvidence = {
  ...{ servedFromCacheShare: 0, servedFromCacheShareLow: 0, servedFromCacheShareHigh: 0 },
  ...{ basis: "O_DIRECT", unseenCache: null, logicalReadBytes: 100 * 4096, logicalWriteBytes: 0 },
  ...{ deviceReadBytes: 5000, deviceWriteBytes: 7, ownReadBytes: 400, firstReadBytes: null },
  ...{ cacheFilled: false, residentShareBefore: 0.5, residentShareAfter: 1 },
  source: "/proc/diskstats of nvme1n1",
};

test("cache evidence: bytes are sums, and one device of one machine counts once", () => {
  const [a, b, c] = [0, 1, 2].map((place) => endOf(place, ELAPSED_NS, { cache: CACHE }));
  if (a === undefined || b === undefined || c === undefined) throw new Error("three hosts");
  const apart = resultOf([10, 10, 10], [a, b, c]).cache;
  expect(apart).toMatchObject({
    ...{ logicalReadBytes: 300 * 4096, deviceReadBytes: 15_000, deviceWriteBytes: 21 },
    ...{ ownReadBytes: 1200, firstReadBytes: null, cacheFilled: false },
    ...{ servedFromCacheShare: 0, residentShareBefore: 0.5, basis: "O_DIRECT" },
  });
  const { machine } = a.record;
  const same = { ...b, record: { ...b.record, machine } };
  expect(resultOf([10, 10, 10], [a, same, c]).cache.deviceReadBytes).toBe(10_000);
  const other = { ...same, device: "8:16" };
  expect(resultOf([10, 10, 10], [a, other, c]).cache.deviceReadBytes).toBe(15_000);
});

test("reads of a host without evidence may have come from a cache", () => {
  const cached = { servedFromCacheShareLow: 1, servedFromCacheShareHigh: 1 };
  const lost = { atNs: ELAPSED_NS, reason: "killed" };
  const ends = [
    endOf(0, ELAPSED_NS, { cache: CACHE }),
    endOf(1, ELAPSED_NS, { cache: { ...CACHE, ...cached } }),
    endOf(2, 0, {}, { lost, result: null }),
  ];
  const { cache } = resultOf([10, 10, 20], ends);
  expect(cache.servedFromCacheShare).toBeNull();
  expect(cache.servedFromCacheShareLow).toBeCloseTo(0.25, 9);
  expect(cache.servedFromCacheShareHigh).toBeCloseTo(0.75, 9);
});

test("an interruption is the reason of a partial phase, whatever else happened", () => {
  const ends = [endOf(0, ELAPSED_NS, { state: "partial", reason: "interrupted" }), endOf(1, 5e8)];
  const facts = { interrupted: "interrupted", endedEarly: true };
  expect(resultOf([1, 1], ends, facts)).toMatchObject({ state: "partial", reason: "interrupted" });
});

test("roster: absent hosts, processes of one machine, and what differs", () => {
  const hosts = [0, 1, 2].map((rank) => hostRecord(rank));
  expect(rosterWarnings(hosts, [])).toEqual([]);
  const [a, b, c] = hosts;
  if (a === undefined || b === undefined || c === undefined) throw new Error("three hosts");
  const mixed = [a, { ...b, machine: a.machine }, { ...c, kernel: "6.8.0" }];
  const found = rosterWarnings(mixed, [{ name: "d", reason: "connection refused" }]);
  expect(found.map(({ code }) => code)).toEqual(["hosts-absent", "same-machine", "hosts-differ"]);
  const [absent, machine, differ] = found.map(({ message }) => message);
  expect(absent).toMatch(/^1 of 4 hosts did not join: d \(connection refused\)\. /);
  expect(machine).toMatch(/^The run has 2 clients: a, b are processes of one machine\. /);
  expect(differ).toMatch(/^The hosts differ in kernel: 6\.1\.0 \(a, b\), 6\.8\.0 \(c\)\. /);
});

test("from 17 hosts on, intervals are of 1 s", () => {
  const narrow = { intervalNs: 100e6, perRate: 10 };
  expect(intervalsFor(narrow, 16)).toEqual(narrow);
  expect(intervalsFor(narrow, 17)).toEqual({ intervalNs: 1e9, perRate: 1 });
  const wide = { intervalNs: 2e9, perRate: 1 };
  expect(intervalsFor(wide, 17)).toEqual(wide);
});
