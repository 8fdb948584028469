import type { ResolvedPhase } from "../../load/task.ts";
import { AbandonedError, orAborted } from "../../model/abort.ts";
import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import type { Intervals } from "../../model/plan/intervals.ts";
import { type Part, WHOLE } from "../../model/plan/part.ts";
import type { HostScope } from "../../model/run/hosts.ts";
import type { Series } from "../../model/run/measurement.ts";
import type { PhaseResult } from "../../model/run/run.ts";
import type { Sample } from "../../model/run/sample.ts";
import { elapsedText } from "../../model/units.ts";
import { whenText } from "../../run/hosts/host-end.ts";
import type { Timing } from "../../run/setup.ts";
import { type Call, HostLost, HostRefused } from "../calls.ts";
import type { Json } from "../channel.ts";
import { PHASE, parsed } from "../run-calls.ts";
import type { StateChange } from "../session.ts";
import { toJson } from "../to-json.ts";
import { type StartClock, startClocks } from "./clocks.ts";
import type { CrewHost } from "./crew.ts";
import { ledPhase, ownShare } from "./led-phase.ts";
import { type PhaseEvent, phaseEvent } from "./phase-event.ts";

/** A host has this long to get ready: it may read the whole dataset into its page cache. */
const READY_MS = 4 * 3_600_000;

/** Interval at which the hosts that are not ready are named. */
const WAITING_MS = 10_000;

/** Time that a host has to stop after an interruption; its results so far are not waited for. */
const STOP_MS = 8000;

/** Shortest time from the message to the start; every host must have got it before. */
const START_AHEAD_MS = 500;

/** Result of a phase on one host. */
export interface HostOutcome {
  readonly host: CrewHost;
  readonly part: Part;
  readonly result: PhaseResult | null;
  readonly firstIssueNs: number | null;
  readonly hash: string | null;
  /**
   * Time from the start of measuring at which the host was lost, nanoseconds, 0 in the warm-up;
   * null if it was not.
   */
  readonly lostAtNs: number | null;
  /** Longest time without a message, if the host was silent; null if it always answered. */
  readonly silentNs: number | null;
  /** Why it has no complete result, a clause without its name; null if it has one. */
  readonly reason: string | null;
}

/** A start of all hosts. */
export interface HostsStart {
  /** Instant on the own process-wide clock, nanoseconds. */
  readonly startNs: bigint;
  /** By place: the clock estimate that converts the instant. */
  readonly clocks: readonly StartClock[];
  /** By place: the distributions that the host measures. */
  readonly series: readonly (readonly Series[])[];
  readonly dataset: { readonly totalBytes: number; readonly count: number };
}

/** Input of a phase on several hosts, and receivers of its events. */
export interface HostsPhaseTask {
  readonly hosts: readonly CrewHost[];
  readonly scope: HostScope;
  readonly rotation: number;
  readonly timing: Timing;
  readonly intervals: Intervals;
  readonly resolved: ResolvedPhase;
  readonly signal: AbortSignal;
  /**
   * Called when all hosts are ready, before they are informed of the start.
   */
  readonly starting: (start: HostsStart) => void;
  readonly cells: (host: number, cells: readonly unknown[]) => void;
  readonly sample: (host: number, sample: Sample) => void;
  readonly warned: (host: CrewHost, message: string) => void;
  /** A host was lost, is silent or answers again; a clause. */
  readonly changed: (host: CrewHost, message: string) => void;
  readonly preparing: (host: CrewHost, what: string) => void;
  /** Names of the hosts that are not ready, from time to time. */
  readonly waiting: (names: string) => void;
  /** The host has sent all of its intervals, or is lost. */
  readonly done: (host: number, isLost: boolean) => void;
}

/** One phase on several hosts: all get ready, start at one instant and are followed to the end. */
export class HostsPhase {
  private readonly task: HostsPhaseTask;
  private readonly calls = new Map<CrewHost, Call>();
  private readonly waiting: Set<CrewHost>;
  private readonly allReady = Promise.withResolvers<void>();
  private readonly series: (readonly Series[])[] = [];
  private isOver = false;
  private dataset = { totalBytes: 0, count: 0 };
  private startNs: bigint | null = null;

  constructor(task: HostsPhaseTask) {
    this.task = task;
    this.waiting = new Set(task.hosts);
  }

  /** Runs the phase. Rejects if it could not start; then no host has started. */
  async run(): Promise<readonly HostOutcome[]> {
    const { hosts, signal } = this.task;
    for (const host of hosts) host.session.onStateChange((change) => this.changed(host, change));
    const stop = new AbortController();
    const all = AbortSignal.any([signal, stop.signal]);
    const outcomes = hosts.map((host, at) => this.on(host, at, all));
    try {
      await this.whenReady(outcomes);
      this.start(await startClocks(hosts, outcomes));
    } catch (error) {
      stop.abort();
      await Promise.allSettled(outcomes);
      throw error;
    }
    return Promise.all(outcomes).finally(() => {
      this.isOver = true;
    });
  }

  /** Ends the phase on all hosts at a time from its start. */
  endAt(fromStartNs: number): void {
    for (const call of this.calls.values()) call.note({ kind: "end", fromStartNs });
  }

  /** Waits until all are ready; a host that ends before, or never gets there, fails the phase. */
  private async whenReady(outcomes: readonly Promise<HostOutcome>[]): Promise<void> {
    const early = outcomes.map(async (outcome) => {
      const { host, reason } = await outcome;
      throw new PreflightError(`${host.name}: ${reason ?? "ended before the start"}`);
    });
    const late = Promise.withResolvers<never>();
    const names = (): string => [...this.waiting].map(({ name }) => name).join(", ");
    const timer = setTimeout(() => {
      late.reject(new PreflightError(`not ready after ${READY_MS / 3_600_000} h: ${names()}`));
    }, READY_MS);
    const telling = setInterval(() => this.task.waiting(names()), WAITING_MS);
    try {
      await Promise.race([this.allReady.promise, late.promise, ...early]);
    } finally {
      clearTimeout(timer);
      clearInterval(telling);
      for (const one of early) one.catch(() => {});
    }
  }

  private start(clocks: readonly StartClock[]): void {
    const { hosts, starting } = this.task;
    const slowest = Math.max(...hosts.map(({ session }) => session.clock.roundTripNs)) / 1e6;
    const aheadMs = Math.max(START_AHEAD_MS, 4 * slowest, hosts.length);
    const startNs = process.hrtime.bigint() + BigInt(Math.round(aheadMs * 1e6));
    this.startNs = startNs;
    starting({ startNs, clocks, series: this.series, dataset: this.dataset });
    for (const [host, call] of this.calls) {
      call.note({ kind: "start", atNs: String(host.session.clock.toHost(startNs)) });
    }
  }

  private async on(host: CrewHost, at: number, signal: AbortSignal): Promise<HostOutcome> {
    const { timing, intervals, resolved, scope, hosts, rotation, done } = this.task;
    const place: Part = { host: (at + rotation) % hosts.length, hosts: hosts.length };
    const isShared = scope === "shared";
    const phase = ledPhase(timing.phase);
    const params = {
      phase: toJson(isShared ? phase : ownShare(phase, place)),
      repetition: timing.repetition,
      seed: timing.seed ?? null,
      pointOf: timing.pointOf ?? null,
      warns: timing.warns !== false,
      part: { ...(isShared ? place : WHOLE) },
      arrivals: { ...place },
      resolved: { ...resolved },
      ...intervals,
    };
    const event = (value: Json): void => this.heard(host, at, value);
    const call = host.session.call("phase", params, { event, signal });
    this.calls.set(host, call);
    const nothing = { host, part: place, result: null, firstIssueNs: null, hash: null };
    this.silence(host);
    const facts = { ...nothing, lostAtNs: null, silentNs: null, reason: null };
    try {
      const value = await orAborted(call.result, signal, STOP_MS);
      const ended = parsed(PHASE.result, value, host.name);
      done(at, false);
      return { ...facts, ...ended, silentNs: this.silence(host) };
    } catch (error) {
      const isLost = error instanceof HostLost;
      done(at, true);
      if (error instanceof AbandonedError) {
        return { ...facts, lostAtNs: this.sinceStart(), reason: "did not stop" };
      }
      if (!isLost && !(error instanceof PreflightError)) throw error;
      const isNamed = isLost || error instanceof HostRefused;
      const reason = isNamed ? error.reason : messageOf(error);
      return { ...facts, lostAtNs: isLost ? this.sinceStart() : null, reason };
    }
  }

  private silence(host: CrewHost): number | null {
    const silentNs = host.takeSilenceNs();
    return silentNs === 0 ? null : silentNs;
  }

  /** Time from the start of measuring; 0 in the warm-up, null before the start. */
  private sinceStart(): number | null {
    if (this.startNs === null) return null;
    const sinceNs = Number(process.hrtime.bigint() - this.startNs);
    return Math.max(0, sinceNs - this.task.timing.phase.warmupNs);
  }

  private changed(host: CrewHost, { state, before, silentNs, reason }: StateChange): void {
    if (this.isOver) return;
    const afterNs = this.sinceStart();
    const when = afterNs === null ? "" : ` ${whenText(afterNs)}`;
    const { changed } = this.task;
    if (state === "lost") changed(host, `lost${when} (${reason ?? "unknown reason"})`);
    else if (state === "silent") changed(host, `silent${when}; its load is not observed`);
    else if (before === "silent") changed(host, `answers again after ${elapsedText(silentNs)}`);
  }

  private heard(host: CrewHost, at: number, value: Json): void {
    try {
      this.take(host, at, phaseEvent(value, host.name));
    } catch (error) {
      // An invalid message ends the part of this host, never this process.
      if (!(error instanceof PreflightError)) throw error;
      host.session.drop(messageOf(error));
    }
  }

  private take(host: CrewHost, at: number, event: PhaseEvent): void {
    const { warned, preparing, cells, sample } = this.task;
    if (event.kind === "cells") cells(at, event.cells);
    else if (event.kind === "sample") sample(at, event.sample);
    else if (event.kind === "warning") warned(host, event.message);
    else if (event.kind === "preparing") preparing(host, event.what);
    else {
      this.series[at] = event.series;
      this.dataset = event.dataset;
      this.waiting.delete(host);
      if (this.waiting.size === 0) this.allReady.resolve();
    }
  }
}
