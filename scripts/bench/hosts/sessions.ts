/**
 * The coordinator of many agents on a NATS server: joins them, runs one phase with them and merges
 * it, then prints one JSON line. It runs as a separate process, whose memory is measured.
 */
import { clockInPhase } from "../../../src/cluster/clock.ts";
import type { Hall } from "../../../src/cluster/dial/hall.ts";
import { measureDrift, type StartClock } from "../../../src/cluster/lead/clocks.ts";
import type { CrewHost } from "../../../src/cluster/lead/crew.ts";
import { type HostOutcome, HostsPhase } from "../../../src/cluster/lead/phase.ts";
import { join, type Roster } from "../../../src/cluster/roster.ts";
import type { HostEnd } from "../../../src/run/hosts/host-end.ts";
import { HostsMeasurement } from "../../../src/run/hosts/hosts.ts";
import { mergeHosts } from "../../../src/run/hosts/result.ts";
import type { AgentsReport } from "./agents.ts";
import { INTERVALS, nowNs, phaseOf, skewOf, VERSION } from "./intervals.ts";
import { addressesOf, hostOf, type ServerFigures, Simulation } from "./simulation.ts";

/** Outcome of one run. */
export interface CoordinatorFigures {
  /** From the order to connect until all have joined. */
  readonly joinMs: number;
  /** Estimate of all clocks after that. */
  readonly clocksMs: number;
  /** From the begin of the phase until all hosts are ready and their clocks estimated again. */
  readonly readyMs: number;
  /** Maximum errors of the clocks that the hosts start by, after joining and before the start. */
  readonly joinedBoundsNs: readonly number[];
  readonly boundsNs: readonly number[];
  /** Clocks that are wrong by more than their bound. */
  readonly outside: number;
  /** Between the first and the last host that starts. */
  readonly spreadNs: number;
  /** From when the last record was sent until it is here, until all hosts have ended, … */
  readonly receivedMs: number;
  readonly endedMs: number;
  /** … their clocks are estimated once more, and the merged result is made. */
  readonly againMs: number;
  readonly resultMs: number;
  readonly peakBytes: number;
  /** CPU time of this process: while hosts join, and per second of the phase. */
  readonly joinCpuMs: number;
  readonly phaseCpuMs: number;
  /** Both directions, of one host and second. */
  readonly wireBytes: number;
  readonly operations: number;
}

/** The figures with those of the server. */
export type SessionsFigures = CoordinatorFigures & ServerFigures;

const log = (line: string): void => void process.stderr.write(`${line}\n`);
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Instants of a run on the clock of this machine, nanoseconds, and CPU time in between. */
const NO_MARKS = {
  ...{ ordered: 0n, joined: 0n, clocked: 0n, called: 0n, ready: 0n },
  ...{ received: 0n, ended: 0n, clockedAgain: 0n, merged: 0n },
  ...{ joinCpuMs: 0, phaseCpuMs: 0 },
};

class Coordinator {
  private readonly simulation: Simulation;
  private readonly order: { readonly agents: number; readonly seconds: number };
  private readonly marks = { ...NO_MARKS };
  private hosts: readonly CrewHost[] = [];
  private clocks: readonly StartClock[] = [];
  private startNs = 0n;
  private measurement: HostsMeasurement | null = null;

  constructor(simulation: Simulation, order: Coordinator["order"]) {
    this.simulation = simulation;
    this.order = order;
  }

  async run(): Promise<CoordinatorFigures> {
    const hall = await this.simulation.openHall();
    try {
      const roster = await this.join(hall);
      const joinedBoundsNs = this.hosts.map(({ session }) => session.clock.boundNs);
      const reports = this.simulation.reports();
      const outcomes = await this.phase();
      const operations = await this.merge(outcomes);
      const figures = this.figures(await reports);
      await roster.bye();
      const peakBytes = process.resourceUsage().maxRSS * 1024;
      return { ...figures, joinedBoundsNs, operations, peakBytes };
    } finally {
      await hall.close();
    }
  }

  private async join(hall: Hall): Promise<Roster> {
    const { agents } = this.order;
    const { marks } = this;
    const beforeMs = cpuMs();
    const joining = join(addressesOf(agents), {
      ...{ minHosts: agents, joinTimeoutMs: 60_000, assayVersion: VERSION, runId: "bench" },
      ...{ onState: () => {}, signal: AbortSignal.timeout(120_000), ssh: [], remote: [] },
      connect: (address) => hall.channelOf(address.kind === "dialled" ? address.rank : -1),
      onBegin: () => {
        marks.joined = nowNs();
        marks.joinCpuMs = cpuMs() - beforeMs;
        hall.begin();
      },
    });
    marks.ordered = nowNs();
    this.simulation.connect();
    const roster = await joining;
    marks.clocked = nowNs();
    this.hosts = roster.sessions.map(hostOf);
    return roster;
  }

  /** Runs the phase on all hosts. */
  private async phase(): Promise<readonly HostOutcome[]> {
    const { hosts, marks } = this;
    const phase = phaseOf(this.order.seconds);
    let beforeMs = 0;
    marks.called = nowNs();
    const outcomes = await new HostsPhase({
      ...{ hosts, scope: "shared", rotation: 0, timing: { phase, repetition: 1 } },
      ...{ intervals: INTERVALS, signal: AbortSignal.timeout(300_000) },
      resolved: { engine: "s3-wire", threads: 1, depth: 16, fallback: null },
      starting: ({ startNs, clocks, series }) => {
        marks.ready = nowNs();
        beforeMs = cpuMs();
        this.startNs = startNs;
        this.clocks = clocks;
        this.measurement = new HostsMeasurement({ phase, intervals: INTERVALS, series });
      },
      cells: (place, cells) => {
        for (const cell of cells) this.measurement?.add(place, cell);
        marks.received = nowNs();
      },
      done: (place) => this.measurement?.finish(place),
      changed: ({ name }, message) => log(`${name}: ${message}`),
      ...{ sample: () => {}, warned: () => {}, preparing: () => {}, waiting: () => {} },
    }).run();
    marks.phaseCpuMs = (cpuMs() - beforeMs) / this.order.seconds;
    marks.ended = nowNs();
    return outcomes;
  }

  /** Makes the result as it is made for a run; returns the operations of all hosts. */
  private async merge(outcomes: readonly HostOutcome[]): Promise<number> {
    const { measurement, marks } = this;
    if (measurement === null) throw new Error("no host started");
    await measureDrift(this.hosts);
    marks.clockedAgain = nowNs();
    for (const [place, { host, hash, reason }] of outcomes.entries()) {
      if (reason !== null) throw new Error(`${host.name}: ${reason}`);
      if (!measurement.isSame(place, hash ?? "")) throw new Error(`${host.name}: another sum`);
    }
    const ends = outcomes.map((outcome, place) => this.endOf(outcome, place));
    const result = mergeHosts(measurement, ends, {
      planned: {
        ...{ phase: phaseOf(this.order.seconds), repetition: 1, engine: "s3-wire", threads: 1 },
        ...{ startedAt: new Date().toISOString(), queueDepthPerThread: 16, datasetBytes: 2 ** 30 },
      },
      ...{ scope: "shared", rotation: 0, interrupted: null, endedEarly: false },
    });
    marks.merged = nowNs();
    measurement.close();
    return result.summaries[0]?.operations ?? 0;
  }

  private endOf({ host, result, firstIssueNs }: HostOutcome, place: number): HostEnd {
    const { estimate } = host.session.clock;
    const { estimate: before = estimate } = this.clocks[place] ?? {};
    const { driftNs, startErrorNs, boundNs } = clockInPhase(before, estimate, this.startNs);
    return {
      ...{ record: host.record, place, result, firstIssueNs, lost: null },
      ...{ clockBoundNs: boundNs, clockDriftNs: driftNs, startErrorNs },
    };
  }

  private figures(reports: readonly AgentsReport[]) {
    const { marks, clocks, order } = this;
    const starts = reports.flatMap(({ startsNs }) => startsNs.map(BigInt));
    const late = starts.map((ns) => Number(ns - this.startNs));
    const lastNs = reports.map(({ lastSentNs }) => BigInt(lastSentNs)).reduce(later);
    const sinceLast = (mark: bigint): number => Number(mark - lastNs) / 1e6;
    const between = (from: bigint, to: bigint): number => Number(to - from) / 1e6;
    const wrong = clocks.filter(({ estimate: { offsetNs, boundNs } }, rank) => {
      return Math.abs(Number(offsetNs - skewOf(rank))) > boundNs;
    });
    const perSecond = reports.reduce((sum, { bytes, seconds }) => sum + bytes / seconds, 0);
    return {
      joinMs: between(marks.ordered, marks.joined),
      clocksMs: between(marks.joined, marks.clocked),
      readyMs: between(marks.called, marks.ready),
      boundsNs: clocks.map(({ estimate }) => estimate.boundNs),
      outside: wrong.length,
      spreadNs: Math.max(...late) - Math.min(...late),
      receivedMs: sinceLast(marks.received),
      endedMs: sinceLast(marks.ended),
      againMs: between(marks.ended, marks.clockedAgain),
      resultMs: sinceLast(marks.merged),
      joinCpuMs: marks.joinCpuMs,
      phaseCpuMs: marks.phaseCpuMs,
      wireBytes: perSecond / order.agents,
    };
  }
}

function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

const [agents, processes, seconds] = process.argv.slice(2).map(Number);
if (agents === undefined || processes === undefined || seconds === undefined) {
  throw new Error("expected agents, processes and seconds");
}
const simulation = await Simulation.start({ agents, processes, seconds });
try {
  const figures = await new Coordinator(simulation, { agents, seconds }).run();
  process.stdout.write(`${JSON.stringify({ ...figures, ...simulation.serverFigures() })}\n`);
} finally {
  await simulation.stop();
}
process.exit(0);
