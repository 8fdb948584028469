import { hostName, medianShares } from "../../../metrics/host-evidence.ts";
import { isThroughput, overall } from "../../../metrics/phase-result.ts";
import type { HostRates } from "../../../metrics/series/series.ts";
import { medianOrNull } from "../../../metrics/statistics/median.ts";
import type { PhaseHost } from "../../../model/run/hosts.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import { type Chart, code, type Inline, type Notice } from "../../parts/document.ts";
import type { HostLine, HostsFigure } from "../../parts/figure.ts";
import {
  formatCount,
  formatIops,
  formatLatency,
  formatRate,
  wholePercent,
} from "../../parts/format.ts";
import { phaseId, phaseTitle } from "./names.ts";

/** At most this many hosts in one chart, the slowest first. */
const MAX_HOSTS = 16;

/** Columns from which on there is a course over time. */
const MIN_COLUMNS = 3;

/** Share of the median host below which a host is uneven. */
const MIN_SHARE = 0.5;

/** One host of a phase with its rate relative to the median host; null without a median. */
interface Placed {
  readonly host: PhaseHost;
  readonly rate: number;
  readonly share: number | null;
}

/** Rate over time of each host of a phase, against the median host; null for a run on one. */
export function hostsChart(
  run: Run,
  result: PhaseResult,
  rates: readonly HostRates[] = [],
): Chart | null {
  const { hosts = [], phase, repetition } = result;
  const own = rates.filter((one) => one.phase === phase.name && one.repetition === repetition);
  const columns = Math.max(0, ...own.map((one) => one.operationsPerSecond.length));
  if (hosts.length < 2 || own.length < 2 || columns < MIN_COLUMNS) return null;
  const unit = unitOf(result);
  const placed = placedOf(hosts, unit);
  const figure = figureOf(run, placed, own, unit);
  return {
    kind: "chart",
    id: `hosts-${phaseId(run, result)}`,
    title: [code(phaseTitle(run, result)), ": rate of each host over time"],
    reading: readingOf(run, placed),
    figure,
    // The section "Hosts" has the numbers.
    numbers: null,
  };
}

/** Share of a phase by which hosts may start apart without a notice. */
const MAX_START_SHARE = 0.01;

/** Hosts that are incomplete, far slower than the median host, or started apart, one line each. */
export function hostNotices(run: Run): readonly Notice[] {
  const { hosts = [], phases } = run;
  const lost = hosts.filter(({ state }) => state !== "complete");
  const names = lost.map(({ name, reason }) => (reason === null ? name : `${name} (${reason})`));
  const [uneven] = phases
    .flatMap((result) => {
      const [slowest] = placedOf(result.hosts ?? [], unitOf(result));
      const share = slowest?.share ?? 1;
      return slowest === undefined || share >= MIN_SHARE ? [] : [{ result, slowest, share }];
    })
    .toSorted((one, other) => one.share - other.share);
  const apart = phases
    .flatMap(({ phase, elapsedNs, start }) => {
      const spreadNs = start?.spreadNs ?? 0;
      return spreadNs > MAX_START_SHARE * elapsedNs ? [{ phase: phase.name, spreadNs }] : [];
    })
    .toSorted((one, other) => other.spreadNs - one.spreadNs)[0];
  const caveat = (...text: readonly Inline[]): Notice => ({ kind: "notice", tone: "caveat", text });
  return [
    ...(lost.length === 0
      ? []
      : [caveat(`Incomplete hosts (${lost.length} of ${hosts.length}): ${names.join(", ")}.`)]),
    ...(uneven === undefined
      ? []
      : [
          caveat(
            `Uneven hosts: ${hostName(hosts, uneven.slowest.host)} has ` +
              `${wholePercent(uneven.share)} of the median host's rate in `,
            code(phaseTitle(run, uneven.result)),
            ".",
          ),
        ]),
    ...(apart === undefined
      ? []
      : [
          caveat(
            `The hosts started up to ${formatLatency(apart.spreadNs)} apart in `,
            code(apart.phase),
            ".",
          ),
        ]),
  ];
}

function unitOf(result: PhaseResult): HostsFigure["unit"] {
  const all = overall(result);
  return isThroughput(all?.bytes ?? 0, all?.operations ?? 0) ? "B/s" : "ops/s";
}

/** The hosts that measured something, the slowest first. */
function placedOf(hosts: readonly PhaseHost[], unit: HostsFigure["unit"]): readonly Placed[] {
  const rateOf = (host: PhaseHost): number =>
    unit === "B/s" ? host.bytesPerSecond : host.operationsPerSecond;
  const shares = medianShares(hosts, rateOf);
  return hosts
    .filter(({ elapsedNs }) => elapsedNs !== 0)
    .map((host) => ({ host, rate: rateOf(host), share: shares.get(host) ?? null }))
    .toSorted((one, other) => one.rate - other.rate);
}

function figureOf(
  run: Run,
  placed: readonly Placed[],
  rates: readonly HostRates[],
  unit: HostsFigure["unit"],
): HostsFigure {
  const valuesOf = (one: HostRates) =>
    unit === "B/s" ? one.bytesPerSecond : one.operationsPerSecond;
  const columns = Math.max(...rates.map((one) => valuesOf(one).length));
  const median = Array.from({ length: columns }, (_, at) =>
    medianOrNull(rates.flatMap((one) => valuesOf(one)[at] ?? [])),
  );
  const lines = placed.slice(0, MAX_HOSTS).map(({ host, rate, share }): HostLine => {
    const own = rates.find(({ rank }) => rank === host.rank);
    const label = hostName(run.hosts ?? [], host);
    const words = {
      rate: shown(rate, unit),
      share: share === null ? "" : `${wholePercent(share)} of median`,
    };
    const isUneven = share !== null && share < MIN_SHARE;
    const values = own === undefined ? [] : valuesOf(own);
    const why = host.reason === null ? "" : `; ${host.reason}`;
    const text = `${label}: ${words.rate}, ${words.share}${why}`;
    return { label, ...words, isUneven, values, text };
  });
  return { kind: "hosts", unit, widthS: rates[0]?.widthS ?? 0, median, hosts: lines };
}

function readingOf({ hosts = [] }: Run, placed: readonly Placed[]): string {
  const [slowest] = placed;
  const uneven = placed.filter(({ share }) => share !== null && share < MIN_SHARE).length;
  const first =
    slowest?.share == null
      ? ""
      : `Slowest: ${hostName(hosts, slowest.host)} with ${wholePercent(slowest.share)} of the ` +
        "median host. ";
  const some = uneven === 1 ? "1 host has" : `${formatCount(uneven)} hosts have`;
  const marked =
    uneven === 0 ? "" : `✕: ${some} less than ${wholePercent(MIN_SHARE)} of the median. `;
  const left = placed.length - MAX_HOSTS;
  const more = left > 0 ? ` The chart has the ${MAX_HOSTS} slowest of ${placed.length} hosts.` : "";
  return (
    `${first}${marked}All pictures have the same axes; a host below the dashed line is slower ` +
    `than the median host. A line that ends early: the host was lost.${more}`
  );
}

function shown(rate: number, unit: HostsFigure["unit"]): string {
  return unit === "B/s" ? formatRate(rate) : `${formatIops(rate)} ops/s`;
}
