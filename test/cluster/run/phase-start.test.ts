import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type CallListeners, HostLost } from "../../../src/cluster/calls.ts";
import type { Json } from "../../../src/cluster/channel.ts";
import type { ClockEstimate } from "../../../src/cluster/clock.ts";
import { makeHello } from "../../../src/cluster/hello.ts";
import type { CrewHost } from "../../../src/cluster/lead/crew.ts";
import {
  HostsPhase,
  type HostsPhaseTask,
  type HostsStart,
} from "../../../src/cluster/lead/phase.ts";
import { SYSTEM_ROOTS } from "../../../src/environment/machine/roots.ts";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { phasePlan } from "../../report/fixture.ts";
import { hostRecord, READS, WIDTH_NS } from "../../run/hosts/support.ts";

/** Preparation of the slowest host, and the drift of its clock in that time. */
const PREPARE_MS = 60_000;
const DRIFT_NS = 1_200_000n;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "hrtime", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A host whose clock drifts while it prepares; `log` takes what happens to it, in order. */
function fakeHost(rank: number, log: string[], responds: boolean) {
  const name = "abcdefgh"[rank] ?? "z";
  const ended = Promise.withResolvers<Json>();
  const notes: Json[] = [];
  let estimate: ClockEstimate = { offsetNs: 0n, boundNs: 100, atNs: 0n };
  const begin = (event: CallListeners["event"]): void => {
    log.push(`${name} ready`);
    event?.({ kind: "ready", series: [...READS.map((one) => ({ ...one }))], ...DATASET });
  };
  const host: CrewHost = {
    ...{ rank, name, folderName: `${rank}-${name}`, record: hostRecord(rank) },
    takeSilenceNs: () => 0,
    targetOf: (target) => target,
    session: {
      ...{ name, rank, hello: makeHello("1.2.3", {}, SYSTEM_ROOTS), state: "joined" },
      lost: new Promise(() => {}),
      onStateChange: () => {},
      drop: () => {},
      bye: async () => {},
      clock: {
        get estimate() {
          return estimate;
        },
        get boundNs() {
          return estimate.boundNs;
        },
        roundTripNs: 200,
        toHost: (ownNs) => ownNs + estimate.offsetNs,
        toOwn: (hostNs) => hostNs - estimate.offsetNs,
        async measure(withinMs) {
          log.push(`${name} measured within ${withinMs}`);
          if (!responds) throw new PreflightError(`${name} did not respond`);
          estimate = { offsetNs: DRIFT_NS, boundNs: 100, atNs: process.hrtime.bigint() };
        },
      },
      call(_method, _params, { event } = {}) {
        setTimeout(() => begin(event), rank * PREPARE_MS);
        const note = (value: Json): void => {
          log.push(`${name} started`);
          notes.push(value);
        };
        return { result: ended.promise, note };
      },
    },
  };
  const lose = (): void => ended.reject(new HostLost(name, "connection closed"));
  return { host, notes, lose };
}

const DATASET = { dataset: { totalBytes: 4096, count: 1 } };

/** Two hosts that have started; the second one prepared for a minute. */
async function startedPair(responds: boolean) {
  const log: string[] = [];
  const hosts = [fakeHost(0, log, true), fakeHost(1, log, responds)] as const;
  const starts: HostsStart[] = [];
  const nothing = (): void => {};
  const task: HostsPhaseTask = {
    ...{ hosts: hosts.map(({ host }) => host), scope: "shared", rotation: 0 },
    timing: { phase: phasePlan("read", { warmupNs: 5e9 }), repetition: 1 },
    intervals: { intervalNs: WIDTH_NS, perRate: 1 },
    resolved: { engine: "sync", threads: 1, depth: 1, fallback: null },
    signal: new AbortController().signal,
    starting: (start) => void starts.push(start),
    ...{ cells: nothing, sample: nothing, warned: nothing, changed: nothing },
    ...{ preparing: nothing, done: nothing, waiting: nothing },
  };
  const outcomes = new HostsPhase(task).run();
  await vi.advanceTimersByTimeAsync(PREPARE_MS);
  const [start] = starts;
  if (start === undefined) throw new Error("the hosts did not start");
  return { hosts, log, outcomes, start };
}

test("clocks are compared after the preparation, and the start uses that", async () => {
  const { hosts, log, outcomes, start } = await startedPair(true);
  expect(log).toEqual([
    ...["a ready", "b ready", "a measured within 2000", "b measured within 2000"],
    ...["a started", "b started"],
  ]);
  const atNs = String(start.startNs + DRIFT_NS);
  for (const { notes } of hosts) expect(notes).toEqual([{ kind: "start", atNs }]);
  expect(start.clocks).toMatchObject([
    { estimate: { offsetNs: DRIFT_NS }, isStale: false },
    { estimate: { offsetNs: DRIFT_NS }, isStale: false },
  ]);
  for (const { lose } of hosts) lose();
  await outcomes;
});

test("a host that does not respond starts by its last estimate", async () => {
  const { hosts, outcomes, start } = await startedPair(false);
  expect(start.clocks.map(({ isStale }) => isStale)).toEqual([false, true]);
  expect(hosts[1].notes).toEqual([{ kind: "start", atNs: String(start.startNs) }]);
  for (const { lose } of hosts) lose();
  await outcomes;
});

test("a loss is timed from the start of measuring, in the warm-up 0", async () => {
  const { hosts, outcomes, start } = await startedPair(true);
  const aheadMs = Number(start.startNs - process.hrtime.bigint()) / 1e6;
  await vi.advanceTimersByTimeAsync(aheadMs + 3000);
  hosts[0].lose();
  await vi.advanceTimersByTimeAsync(4000);
  hosts[1].lose();
  const lost = await outcomes;
  expect(lost.map(({ lostAtNs }) => lostAtNs)).toEqual([0, 2e9]);
  expect(lost.map(({ reason }) => reason)).toEqual(["connection closed", "connection closed"]);
});
