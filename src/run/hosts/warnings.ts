import { percent } from "../../metrics/generator/generator.ts";
import { medianOf } from "../../metrics/statistics/median.ts";
import type { PhaseHost } from "../../model/run/hosts.ts";
import type { Warning } from "../../model/run/run.ts";
import { makeWarning } from "../../model/run/warning.ts";
import { amountWords, elapsedText } from "../../model/units.ts";
import {
  DEFAULT_START_SPREAD_NS,
  firstIssueOf,
  type HostEnd,
  type MergeFacts,
  namesOf,
  whenText,
} from "./host-end.ts";
import type { HostsMeasurement } from "./hosts.ts";
import { difference } from "./roster-warnings.ts";

/** Warnings about the outcome of a phase, which the merge has itself. */
const OF_THE_MERGE: ReadonlySet<string> = new Set([
  ...["errors", "unfinished", "cut-off", "client-back-off", "pacing-error"],
  ...["all-failed", "nothing-completed", "mostly-drained"],
]);

/** Share of the median rate below which a host is uneven. */
const UNEVEN_SHARE = 0.5;
const NEVER = Number.NEGATIVE_INFINITY;
/** Share of an interval that a clock may drift by in a phase. */
const MAX_DRIFT_SHARE = 0.1;

/**
 * Warnings of the hosts, one per code: `On 3 of 8 hosts (b, c, f), here c: …` with the message of
 * the host that has the largest number. In a phase on one host: `On a: …`.
 */
export function liftedWarnings(hosts: readonly HostEnd[]): readonly Warning[] {
  const found = hosts.flatMap(({ record, result }) =>
    (result?.warnings ?? []).map((warning) => ({ name: record.name, warning })),
  );
  const wanted = found.filter(({ warning }) => !OF_THE_MERGE.has(warning.code));
  return [...Map.groupBy(wanted, ({ warning }) => warning.code).values()].map((same) =>
    liftedWarning(same, hosts.length),
  );
}

interface HostWarning {
  readonly name: string;
  readonly warning: Warning;
}

function liftedWarning(found: readonly HostWarning[], hosts: number): Warning {
  const worst = found.reduce((one, next) => (numberOf(next) > numberOf(one) ? next : one));
  const names = [...new Set(found.map(({ name }) => name))];
  const isSame = found.every(({ warning }) => warning.message === worst.warning.message);
  const all = names.length === hosts;
  const which = all ? "" : ` (${namesOf(names.map((name) => ({ name })))})`;
  const where = isSame ? "" : `, here ${worst.name}`;
  const message = lowered(worst.warning.message);
  const some = `${names.length} of ${hosts} hosts${which}${where}`;
  return { ...worst.warning, message: `On ${hosts === 1 ? worst.name : some}: ${message}` };
}

/** The message in the middle of a sentence; names such as `S3` and `CPU` stay. */
function lowered(message: string): string {
  return /^[A-Z][a-z]/.test(message) ? message.charAt(0).toLowerCase() + message.slice(1) : message;
}

function numberOf({ warning }: HostWarning): number {
  return warning.event?.value ?? 0;
}

/** Warnings of a phase about its hosts and their clocks. */
export function hostWarnings(
  ends: readonly HostEnd[],
  hosts: readonly PhaseHost[],
  measurement: HostsMeasurement,
  facts: MergeFacts,
  spreadNs: number | null,
): readonly Warning[] {
  return [
    ...lostWarning(ends, hosts, measurement),
    ...spreadWarning(ends, facts, hosts.some(({ elapsedNs }) => elapsedNs > 0) ? spreadNs : null),
    ...silentWarning(ends),
    ...unevenWarning(ends, hosts),
    ...idleWarning(ends, hosts),
    ...staleWarning(ends),
    ...driftWarning(ends, measurement.intervalNs),
    ...engineWarning(ends),
  ];
}

/** A host that was lost, with the rates with it and without it. */
function lostWarning(
  ends: readonly HostEnd[],
  hosts: readonly PhaseHost[],
  measurement: HostsMeasurement,
): readonly Warning[] {
  const lost = ends.filter((end) => end.lost !== null);
  if (lost.length === 0) return [];
  const each = lost.map(({ record, lost }) =>
    lost === null ? "" : `${record.name} ${whenText(lost.atNs)} (${lost.reason})`,
  );
  // Losses are found late: rates of all hosts end with the last interval of the first lost one.
  const firstNs = Math.min(...lost.map(({ place }) => measurement.of(place).endNs));
  const { endNs, operations } = measurement.doneAt(firstNs);
  const others = hosts.filter(({ lostAtNs }) => lostAtNs === undefined);
  const left = others.reduce((sum, one) => sum + one.operationsPerSecond, 0);
  const all = `all hosts together did ${rate((operations * 1e9) / endNs)}`;
  const before = endNs > 0 ? `in the first ${elapsedText(endNs)} ${all}` : null;
  const isMeasured = others.some(({ elapsedNs }) => elapsedNs > 0);
  const after = `the other ${others.length} did ${rate(left)} over the whole phase`;
  const found = [before, isMeasured ? after : null].filter((one) => one !== null);
  const rates = found.length === 0 ? "nothing was measured" : found.join(", ");
  const were = lost.length === 1 ? "was" : "were";
  const fact = `${lost.length} of ${ends.length} hosts ${were} lost: ${each.join(", ")}; ${rates}`;
  return [makeWarning("host-lost", fact, { value: lost.length, unit: "count" })];
}

function spreadWarning(
  ends: readonly HostEnd[],
  { maxStartSpreadNs = DEFAULT_START_SPREAD_NS }: MergeFacts,
  spreadNs: number | null,
): readonly Warning[] {
  if (spreadNs === null || spreadNs <= maxStartSpreadNs) return [];
  const last = ends.reduce((one, next) =>
    (firstIssueOf(next) ?? NEVER) > (firstIssueOf(one) ?? NEVER) ? next : one,
  );
  const fact =
    `The first operations of the hosts were ${milliseconds(spreadNs)} apart, more than ` +
    `${milliseconds(maxStartSpreadNs)}; ${last.record.name} was the last`;
  return [makeWarning("start-spread", fact, { value: spreadNs, unit: "ns" })];
}

function silentWarning(ends: readonly HostEnd[]): readonly Warning[] {
  const silent = ends.filter(({ silentNs }) => silentNs !== undefined);
  if (silent.length === 0) return [];
  const each = silent.map(({ record, silentNs = 0 }) => `${record.name} ${elapsedText(silentNs)}`);
  const value = Math.max(...silent.map(({ silentNs = 0 }) => silentNs));
  const hosts = ends.length === 1 ? "The host" : `${silent.length} of ${ends.length} hosts`;
  const fact = `${hosts} sent nothing for some time: ${each.join(", ")}`;
  return [makeWarning("host-silent", fact, { value, unit: "ns" })];
}

/** Hosts that were slow, never those that were lost or had no work. */
function unevenWarning(ends: readonly HostEnd[], hosts: readonly PhaseHost[]): readonly Warning[] {
  const rated = hosts.flatMap((host) => {
    const name = ends.find(({ record }) => record.rank === host.rank)?.record.name;
    if (host.lostAtNs !== undefined || host.elapsedNs === 0 || name === undefined) return [];
    return [{ name, perSecond: host.operationsPerSecond }];
  });
  const middle = medianOf(rated.map(({ perSecond }) => perSecond));
  const slow = rated
    .filter(({ perSecond }) => perSecond < UNEVEN_SHARE * middle)
    .toSorted((a, b) => a.perSecond - b.perSecond);
  const [slowest] = slow;
  if (slowest === undefined) return [];
  const fact =
    `${slow.length} of ${ends.length} hosts did less than half of the median rate ` +
    `(${rate(middle)}): ${namesOf(slow)}; ${slowest.name} did ${rate(slowest.perSecond)}, ` +
    `${percent(slowest.perSecond / middle)} of it`;
  const value = slowest.perSecond / middle;
  return [makeWarning("uneven-hosts", fact, { value, unit: "share" })];
}

/** Hosts whose part of the work had no object: fewer objects than workers of all hosts. */
function idleWarning(ends: readonly HostEnd[], hosts: readonly PhaseHost[]): readonly Warning[] {
  const idle = hosts.filter(({ state, elapsedNs }) => state === "complete" && elapsedNs === 0);
  const named = ends.filter(({ record }) => idle.some(({ rank }) => rank === record.rank));
  if (named.length === 0) return [];
  const names = namesOf(named.map(({ record }) => record));
  const fact = `${named.length} of ${ends.length} hosts had nothing to do: ${names}`;
  const remedy = "Use a dataset with more files, more operations, or fewer hosts.";
  return [makeWarning("idle-workers", fact, { remedy, value: named.length, unit: "count" })];
}

function staleWarning(ends: readonly HostEnd[]): readonly Warning[] {
  const stale = ends.filter(({ isClockStale }) => isClockStale === true);
  if (stale.length === 0) return [];
  const names = namesOf(stale.map(({ record }) => record));
  const fact =
    `${stale.length} of ${ends.length} hosts did not respond to clock requests before the start: ` +
    names;
  return [makeWarning("clock-stale", fact, { value: stale.length, unit: "count" })];
}

function driftWarning(ends: readonly HostEnd[], intervalNs: number): readonly Warning[] {
  const drifted = ends.filter(
    ({ clockDriftNs }) => Math.abs(clockDriftNs ?? 0) > MAX_DRIFT_SHARE * intervalNs,
  );
  if (drifted.length === 0) return [];
  const each = drifted.map(
    ({ record, clockDriftNs }) => `${record.name} ${milliseconds(Math.abs(clockDriftNs ?? 0))}`,
  );
  const value = Math.max(...drifted.map(({ clockDriftNs }) => Math.abs(clockDriftNs ?? 0)));
  const fact =
    `${drifted.length} of ${ends.length} clocks drifted by more than 10% of an interval in the ` +
    `phase: ${each.join(", ")}`;
  return [makeWarning("clock-drift", fact, { value, unit: "ns" })];
}

function engineWarning(ends: readonly HostEnd[]): readonly Warning[] {
  const known = ends.flatMap(({ record, result }) =>
    result === null ? [] : [{ name: record.name, value: result.engine }],
  );
  const differing = difference("engine", known);
  return differing === null
    ? []
    : [makeWarning("hosts-differ", `The hosts differ in ${differing}`)];
}

function rate(perSecond: number): string {
  return `${amountWords(perSecond < 10 ? perSecond : Math.round(perSecond), "count")} ops/s`;
}

function milliseconds(ns: number): string {
  return `${(ns / 1e6).toPrecision(3)} ms`;
}
