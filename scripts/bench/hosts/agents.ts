/**
 * Simulates many agents in one process: each has its own connection, rank and clock, and sends what
 * a host that measures sends. `sessions.ts` starts several of these processes.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "../../../src/cluster/channel.ts";
import { type DialOptions, dialIn } from "../../../src/cluster/dial/agent.ts";
import { makeHello } from "../../../src/cluster/hello.ts";
import { withPulse } from "../../../src/cluster/pulse.ts";
import { type CallContext, type Handler, serve } from "../../../src/cluster/serve.ts";
import { toJson } from "../../../src/cluster/to-json.ts";
import { SYSTEM_ROOTS } from "../../../src/environment/machine/roots.ts";
import { CellList } from "../../../src/metrics/histogram/packed.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import { type HostCell, unpackCell } from "../../../src/run/hosts/cell.ts";
import { HostTotals } from "../../../src/run/hosts/host-totals.ts";
import { HostsMeasurement } from "../../../src/run/hosts/hosts.ts";
import { mergeHosts } from "../../../src/run/hosts/result.ts";
import {
  INTERVALS,
  nowNs,
  packedIntervals,
  phaseOf,
  SERIES,
  skewOf,
  VERSION,
} from "./intervals.ts";

/** Order to a process. */
export interface AgentsOrder extends Pick<DialOptions, "urls" | "ca" | "group" | "login"> {
  readonly firstRank: number;
  readonly agents: number;
  /** Length of the phase, seconds. */
  readonly seconds: number;
}

/** Observations of a process, instants on the clock of this machine. */
export interface AgentsReport {
  /** At which the agents started, nanoseconds; these do not fit into a number. */
  readonly startsNs: readonly string[];
  readonly lastSentNs: string;
  /** Bytes that the process read and wrote in the phase, and its length. */
  readonly bytes: number;
  readonly seconds: number;
}

/** Time before a start from which the process does nothing else. */
const AHEAD_NS = 20_000_000n;
/** Different hosts, of which a process has several each. */
const SHAPES = 16;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Everything that a host sends of a phase. */
interface Sent {
  readonly cells: readonly HostCell[];
  readonly result: Readonly<Record<string, Json>>;
}

/** The starts that agents of this process await. */
class Starts {
  private waiting: { readonly atNs: bigint; readonly begin: (ns: bigint) => void }[] = [];
  readonly reached: bigint[] = [];

  /** Resolves at an instant with the time at which this process got there. */
  at(atNs: bigint): Promise<bigint> {
    const { promise, resolve } = Promise.withResolvers<bigint>();
    this.waiting.push({ atNs, begin: resolve });
    const aheadMs = Number(atNs - AHEAD_NS - nowNs()) / 1e6;
    setTimeout(() => this.begin(), Math.max(0, aheadMs));
    return promise;
  }

  /** Waits for all starts, one after the other. */
  private begin(): void {
    const starts = this.waiting.toSorted((a, b) => Number(a.atNs - b.atNs));
    this.waiting = [];
    for (const { atNs, begin } of starts) {
      const waitMs = Number(atNs - nowNs()) / 1e6;
      if (waitMs > 0) Atomics.wait(sleeper, 0, 0, waitMs);
      const reachedNs = nowNs();
      this.reached.push(reachedNs);
      begin(reachedNs);
    }
  }
}

/** The messages of one shape of a host: its intervals, and a result that is their sum. */
function sentOf(shape: HostCell, seconds: number): Sent {
  const cells = Array.from({ length: seconds }, (_, index) => ({ ...shape, index }));
  const phase = phaseOf(seconds);
  const measurement = new HostsMeasurement({ phase, intervals: INTERVALS, series: [SERIES] });
  const totals = new HostTotals(SERIES);
  const lists = SERIES.map(() => new CellList());
  const form = { operations: 1, series: SERIES.length, ...INTERVALS, intervals: seconds };
  for (const cell of cells) {
    measurement.add(0, cell);
    totals.add(unpackCell(cell, form, lists));
  }
  measurement.finish(0);
  const end = {
    record: { rank: 0, name: "host", machine: "0".repeat(16) },
    ...{ place: 0, result: null, lost: null, firstIssueNs: 0, clockBoundNs: 0, clockDriftNs: 0 },
  };
  const merged = mergeHosts(measurement, [end], {
    planned: {
      ...{ phase, repetition: 1, startedAt: new Date().toISOString(), engine: "s3-wire" },
      ...{ threads: 1, queueDepthPerThread: 16, datasetBytes: 2 ** 30 },
    },
    ...{ scope: "shared", rotation: 0, interrupted: null, endedEarly: false },
  });
  const { hosts: _, start: __, ...own } = merged;
  const result: PhaseResult = { ...own, state: "complete", reason: null };
  measurement.close();
  const hash = totals.hash(new CellList());
  return { cells, result: { result: toJson(result), hash } };
}

/** Bytes that this process has read and written, nearly all of it at its connections. */
function ioBytes(): number {
  const text = readFileSync("/proc/self/io", "utf8");
  const of = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1]);
  return of("rchar") + of("wchar");
}

class Agents {
  private readonly order: AgentsOrder;
  private readonly sent: readonly Sent[];
  private readonly starts = new Starts();
  private readonly own = makeHello(VERSION, process.env, SYSTEM_ROOTS);
  private from: { readonly bytes: number; readonly ns: bigint } | null = null;
  private lastSentNs = 0n;
  private ended = 0;

  constructor(order: AgentsOrder) {
    this.order = order;
    this.sent = packedIntervals(SHAPES).map((shape) => sentOf(shape, order.seconds));
  }

  async start(at: number): Promise<void> {
    const { firstRank, urls, ca, group, login } = this.order;
    const rank = firstRank + at;
    const skewNs = skewOf(rank);
    const incarnation = randomUUID();
    const hostName = `host-${rank}`;
    const line = await dialIn({
      ...{ urls, ca, group, login, rank, size: null, attempt: 0, incarnation, hostName },
      withinMs: 60_000,
    });
    const machine = rank.toString(16).padStart(16, "0");
    const hello = { ...this.own, incarnation, hostName, machine };
    const phase: Handler = (_, context) => this.phase(rank, skewNs, context);
    const channel = withPulse(line, () => nowNs() + skewNs);
    const why = await serve(channel, hello, { phase });
    if (why !== "bye") throw new Error(`rank ${rank}: ${why}`);
  }

  private async phase(rank: number, skewNs: bigint, context: CallContext): Promise<Json> {
    const { promise, resolve } = Promise.withResolvers<bigint>();
    context.onNote((note) => {
      resolve(BigInt((note as { readonly atNs: string }).atNs));
    });
    const dataset = { totalBytes: 2 ** 30, count: 1 };
    context.event({ kind: "ready", series: toJson(SERIES), dataset });
    const atNs = (await promise) - skewNs;
    const firstIssueNs = Number((await this.starts.at(atNs)) - atNs);
    this.from ??= { bytes: ioBytes(), ns: nowNs() };
    const { cells, result } = this.sent[rank % this.sent.length] ?? { cells: [], result: {} };
    for (const [index, cell] of cells.entries()) {
      await sleep(Math.max(0, Number(atNs - nowNs()) / 1e6 + 1000 * (index + 1)));
      context.event({ kind: "cells", cells: [toJson(cell)] });
    }
    this.lastSentNs = nowNs();
    this.ended++;
    if (this.ended === this.order.agents) setTimeout(() => this.report(), 1000);
    return { ...result, firstIssueNs };
  }

  private report(): void {
    const { from, lastSentNs, starts } = this;
    const seconds = from === null ? 0 : Number(nowNs() - from.ns) / 1e9;
    const report: AgentsReport = {
      startsNs: starts.reached.map(String),
      lastSentNs: String(lastSentNs),
      bytes: ioBytes() - (from?.bytes ?? 0),
      seconds,
    };
    process.send?.(report);
  }
}

process.once("message", async (order: AgentsOrder) => {
  // Each host loads them by itself, while the others connect.
  await Promise.all([import("@nats-io/transport-node"), import("@nats-io/jetstream")]);
  await import("@nats-io/kv");
  const agents = new Agents(order);
  process.once("message", async () => {
    await Promise.all(Array.from({ length: order.agents }, (_, at) => agents.start(at)));
    process.disconnect();
  });
  process.send?.("ready");
});
