import type { HostRecord, HostScope } from "../../model/run/hosts.ts";
import type { PhaseResult } from "../../model/run/run.ts";
import { elapsedText } from "../../model/units.ts";

/** A host at the end of a phase. */
export interface HostEnd {
  readonly record: Pick<HostRecord, "rank" | "name" | "machine">;
  /** Its place among the hosts of the phase: the one that its intervals were added with. */
  readonly place: number;
  /** Place of its part in the work; absent: the same. It differs if the parts were moved on. */
  readonly partPlace?: number;
  /** Its own result; null if it was lost, or failed without one. */
  readonly result: PhaseResult | null;
  /** Why it failed without a result, a clause; absent if it has one, or was lost. */
  readonly failure?: string;
  /**
   * Time of its loss, from the start of measuring, 0 if it was lost before it, and the reason, a
   * clause; null if it was not.
   */
  readonly lost: { readonly atNs: number; readonly reason: string } | null;
  /** Time without a message, until it answered again, nanoseconds; absent if it always did. */
  readonly silentNs?: number;
  /** Delay of its last thread's first operation after the start instant; null without one. */
  readonly firstIssueNs: number | null;
  /** Maximum error of its clock at the start, and drift over the phase, nanoseconds. */
  readonly clockBoundNs: number;
  readonly clockDriftNs: number | null;
  /** Time by which its clock was late at the start instant; absent: unknown. */
  readonly startErrorNs?: number;
  /** Whether its clock could not be estimated between the preparation and the start. */
  readonly isClockStale?: boolean;
  /** Number of the device that its counters are of, `major:minor`; null or absent: unknown. */
  readonly device?: string | null;
}

/** Facts of a phase that only its coordinator knows. */
export interface MergeFacts {
  /** The phase as planned; the merge adds the measurements. */
  readonly planned: Pick<
    PhaseResult,
    | "phase"
    | "repetition"
    | "pointOf"
    | "startedAt"
    | "engine"
    | "threads"
    | "queueDepthPerThread"
    | "datasetBytes"
  >;
  readonly scope: HostScope;
  /** Hosts that had a part of the phase, if it is not merged of all of them. */
  readonly hosts?: number;
  /** Places by which the parts were moved on. */
  readonly rotation: number;
  /** `--max-start-spread`; default: {@link DEFAULT_START_SPREAD_NS}. */
  readonly maxStartSpreadNs?: number;
  /** Why the phase ended early; null if it ran to its end. */
  readonly interrupted: string | null;
  /** Whether the interruption ended the load. */
  readonly endedEarly: boolean;
}

/** Hosts whose first operations are further apart did not start together. */
export const DEFAULT_START_SPREAD_NS = 20e6;

/** Share of a phase that a start may be spread over without an effect on its rates. */
const MAX_SPREAD_SHARE = 0.01;

/** First operation of a host after the start instant of all hosts; null without one. */
export function firstIssueOf({ firstIssueNs, startErrorNs = 0 }: HostEnd): number | null {
  return firstIssueNs === null ? null : firstIssueNs + startErrorNs;
}

/** First operation of the last host minus that of the first one; null with fewer than two. */
export function startSpreadNs(hosts: readonly HostEnd[]): number | null {
  const issued = hosts.flatMap((host) => firstIssueOf(host) ?? []);
  return issued.length < 2 ? null : Math.max(...issued) - Math.min(...issued);
}

/** Maximum spread of the start of a phase of a length: as given, else 20 ms or 1%. */
export function maxSpreadNs({ maxStartSpreadNs }: MergeFacts, elapsedNs: number): number {
  return maxStartSpreadNs ?? Math.max(DEFAULT_START_SPREAD_NS, elapsedNs * MAX_SPREAD_SHARE);
}

/** `after 2.0 s`: a time from the start of measuring; 0 is before it. */
export function whenText(ns: number): string {
  return ns === 0 ? "before measuring" : `after ${elapsedText(ns)}`;
}

/** `b, c, f`; of many names the first ones and how many more there are. */
export function namesOf(hosts: readonly { readonly name: string }[]): string {
  const shown = hosts.slice(0, MAX_NAMES).map(({ name }) => name);
  const more = hosts.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

const MAX_NAMES = 5;
