import type { ResolvedPhase } from "../../load/task.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import type { Intervals } from "../../model/plan/intervals.ts";
import { rotationsOf } from "../../model/plan/part.ts";
import { DRAIN } from "../../model/run/measurement.ts";
import type { TimedResult } from "../../run/generator.ts";
import { InvalidCell } from "../../run/hosts/cell.ts";
import type { HostEnd } from "../../run/hosts/host-end.ts";
import { HostsMeasurement, intervalsFor } from "../../run/hosts/hosts.ts";
import { mergeHosts } from "../../run/hosts/result.ts";
import { ProgressReporter, repetitionsOf } from "../../run/progress.ts";
import type { RunRequest } from "../../run/request.ts";
import { intervalsOf, type RunParts, type Timing } from "../../run/setup.ts";
import type { IntervalContext } from "../../run/store/interval-rows.ts";
import { clockInPhase } from "../clock.ts";
import { measureDrift, type StartClock } from "./clocks.ts";
import type { CrewHost } from "./crew.ts";
import { HostFolders } from "./host-folders.ts";
import type { Hosts } from "./hosts.ts";
import { type HostOutcome, HostsPhase, type HostsStart } from "./phase.ts";

/** Distance of an end that the merge decides, so that every host has the message before it. */
const END_AHEAD_NS = 500e6;

/** A run on several hosts while its phases are timed. */
export interface RunOnHosts {
  readonly request: RunRequest;
  readonly hosts: Hosts;
  /** Folders of the hosts; made when the first load starts. */
  folders: HostFolders | null;
}

/** Prepares and times one phase on the hosts; returns the merged result. */
export async function timeOnHosts(
  run: RunOnHosts,
  parts: RunParts,
  timing: Timing,
): Promise<TimedResult> {
  const signal = AbortSignal.any([run.request.signal, parts.store.failed]);
  await run.hosts.prepare(timing.phase, signal);
  return new PhaseOnHosts(run, parts, timing, signal).time();
}

class PhaseOnHosts {
  private readonly run: RunOnHosts;
  private readonly parts: RunParts;
  private readonly timing: Timing;
  private readonly signal: AbortSignal;
  /** The hosts of this phase, by rank. */
  private readonly hosts: readonly CrewHost[];
  private readonly rotation: number;
  private readonly resolved: ResolvedPhase;
  private readonly startedAt = new Date();
  private context: IntervalContext;
  private measurement: HostsMeasurement | null = null;
  private progress: ProgressReporter | null = null;
  private startNs = 0n;
  /** By place. */
  private clocks: readonly StartClock[] = [];

  constructor(run: RunOnHosts, parts: RunParts, timing: Timing, signal: AbortSignal) {
    const { phase, repetition } = timing;
    this.run = run;
    this.parts = parts;
    this.timing = timing;
    this.signal = signal;
    const all = run.hosts.crew.hosts;
    this.hosts = all.slice(0, phase.hosts ?? all.length);
    this.rotation = run.hosts.scope === "shared" ? rotationIn(run.request, timing) : 0;
    this.resolved = run.request.resolve(phase);
    const { name, matrix } = phase;
    this.context = { phase: name, repetition, startedAtMs: this.startedAt.getTime(), matrix };
  }

  async time(): Promise<TimedResult> {
    const { hosts, signal, timing, rotation, resolved } = this;
    const { request } = this.run;
    const { events } = request;
    const intervals = intervalsFor(intervalsOf(request.plan, timing), hosts.length);
    const phase = new HostsPhase({
      ...{ hosts, signal, timing, intervals, resolved, rotation },
      scope: this.run.hosts.scope,
      starting: (start) => this.start(start, intervals, phase),
      cells: (at, cells) => this.add(at, cells),
      sample: (at, sample) => this.run.folders?.sample(this.rankOf(at), sample, this.context),
      warned: (host, message) => events.warned(timing.phase, `${host.name}: ${message}`),
      waiting: (names) => events.preparing(timing.phase, 0, 0, `waiting for ${names}`),
      changed: (host, message) => events.warned(timing.phase, `${host.name}: ${message}`),
      preparing: (host, what) => events.preparing(timing.phase, 0, 0, `${what} on ${host.name}`),
      done: (at, isLost) => this.done(at, isLost),
    });
    try {
      const outcomes = await phase.run();
      await measureDrift(hosts);
      return this.result(outcomes);
    } finally {
      this.progress?.close();
      this.measurement?.close();
    }
  }

  /** Makes the merge and tells when the load starts. */
  private start(
    { startNs, clocks, series, dataset }: HostsStart,
    intervals: Intervals,
    control: HostsPhase,
  ): void {
    const { phase, repetition } = this.timing;
    const { request, hosts } = this.run;
    this.run.folders ??= new HostFolders(
      this.parts.store.folder,
      this.parts.run(),
      hosts.crew.hosts,
      hosts.opened,
    );
    const aheadMs = Number(startNs - process.hrtime.bigint()) / 1e6;
    this.startNs = startNs;
    this.clocks = clocks;
    this.context = { ...this.context, startedAtMs: Date.now() + aheadMs + phase.warmupNs / 1e6 };
    const progress = new ProgressReporter(request, this.timing, { phase, dataset, ...intervals });
    this.progress = progress;
    this.measurement = new HostsMeasurement({
      ...{ phase, intervals, series },
      onInterval: (interval, merged) => {
        this.parts.store.interval(interval, merged, this.context);
        if (interval.index !== DRAIN) progress.add(interval, merged);
      },
      onHostInterval: (at, interval, own) =>
        this.run.folders?.interval(this.rankOf(at), interval, own, this.context),
      onSteady: () => control.endAt(this.sinceMeasuringNs() + END_AHEAD_NS),
    });
    this.parts.loadStarted();
    request.events.measuring(phase, repetition, repetitionsOf(request, this.timing));
  }

  private sinceMeasuringNs(): number {
    return Number(process.hrtime.bigint() - this.startNs) - this.timing.phase.warmupNs;
  }

  /** Adds intervals of a host. An invalid one ends the part of its host. */
  private add(at: number, cells: readonly unknown[]): void {
    try {
      for (const cell of cells) this.measurement?.add(at, cell);
    } catch (error) {
      if (!(error instanceof InvalidCell)) throw error;
      const host = this.hosts[at];
      host?.session.drop(`sent an invalid interval: ${error.message}`);
    }
  }

  private done(at: number, isLost: boolean): void {
    if (isLost) this.measurement?.lose(at);
    else this.measurement?.finish(at);
  }

  private rankOf(at: number): number {
    return this.hosts[at]?.rank ?? at;
  }

  private result(outcomes: readonly HostOutcome[]): TimedResult {
    const { measurement, timing, resolved } = this;
    if (measurement === null) throw new PreflightError("no host started");
    const { request, hosts, folders } = this.run;
    for (const [at, { host, result, hash }] of outcomes.entries()) {
      if (result === null) continue;
      folders?.result(host.rank, result);
      if (hash !== null && !measurement.isSame(at, hash)) {
        throw new Error(`${host.name}: the totals differ from the sum of its intervals`);
      }
    }
    const interrupted = request.signal.aborted ? "interrupted" : null;
    const { pointOf } = timing;
    const result = mergeHosts(
      measurement,
      outcomes.map((one, at) => this.endOf(one, at)),
      {
        planned: {
          phase: timing.phase,
          repetition: timing.repetition,
          ...(pointOf === undefined ? {} : { pointOf }),
          startedAt: this.startedAt.toISOString(),
          engine: resolved.engine,
          threads: resolved.threads,
          queueDepthPerThread: resolved.depth,
          datasetBytes: Math.max(0, ...outcomes.map((one) => one.result?.datasetBytes ?? 0)),
        },
        scope: hosts.scope,
        rotation: this.rotation,
        ...(hosts.crew.maxStartSpreadNs === null
          ? {}
          : { maxStartSpreadNs: hosts.crew.maxStartSpreadNs }),
        interrupted,
        endedEarly:
          interrupted !== null && outcomes.some((one) => one.result?.state !== "complete"),
      },
    );
    for (const { host, reason, lostAtNs } of outcomes) {
      if (reason !== null) hosts.mark(host, lostAtNs === null ? "failed" : "partial", reason);
    }
    return { result, defect: null };
  }

  /** A host at the end of the phase, as the merge takes it. */
  private endOf(outcome: HostOutcome, place: number): HostEnd {
    const { host, part, result, firstIssueNs, lostAtNs, silentNs, reason } = outcome;
    const { estimate } = host.session.clock;
    const { estimate: before = estimate, isStale = false } = this.clocks[place] ?? {};
    const { driftNs, startErrorNs, boundNs } = clockInPhase(before, estimate, this.startNs);
    return {
      record: host.record,
      ...{ place, partPlace: part.host, result, firstIssueNs },
      ...{ clockBoundNs: boundNs, clockDriftNs: driftNs, startErrorNs },
      ...(isStale ? { isClockStale: true } : {}),
      lost: lostAtNs === null ? null : { atNs: lostAtNs, reason: reason ?? "no result" },
      ...(result !== null || lostAtNs !== null ? {} : { failure: reason ?? "no result" }),
      ...(silentNs === null ? {} : { silentNs }),
    };
  }
}

/** Places by which the parts of a phase are moved on. */
function rotationIn({ plan }: RunRequest, { phase, pointOf = phase.name }: Timing): number {
  const at = plan.phases.findIndex(({ name }) => name === pointOf);
  return rotationsOf(plan.phases)[at] ?? 0;
}
