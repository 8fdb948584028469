import {
  type LatencyHistogram,
  makeHistogram,
  resetHistogram,
} from "../../metrics/histogram/histogram.ts";
import { CellList } from "../../metrics/histogram/packed.ts";
import { DRAIN, type Series } from "../../model/run/measurement.ts";
import type { PhaseInterval } from "../phase/intervals.ts";
import type { MemberRecord } from "../phase/pending-interval.ts";

/** Called with an interval of one host, and the series that it measures. */
export type OnHostInterval = (
  place: number,
  interval: PhaseInterval,
  series: readonly Series[],
) => void;

/** Makes intervals of single hosts; their histograms are valid until the next one. */
export class HostIntervals {
  private readonly series: readonly (readonly Series[])[];
  private readonly onInterval: OnHostInterval;
  private readonly scratch: readonly LatencyHistogram[];

  /** @param series by place of the host */
  constructor(series: readonly (readonly Series[])[], onInterval: OnHostInterval) {
    this.series = series;
    this.onInterval = onInterval;
    const most = Math.max(0, ...series.map(({ length }) => length));
    this.scratch = Array.from({ length: most }, () => makeHistogram("interval"));
  }

  /** `endNs`: end of the interval, or of the one before the drain. */
  emit(place: number, record: MemberRecord, endNs: number): void {
    // The only interval of a host without work.
    if (record.index !== DRAIN && record.widthNs === 0 && isEmpty(record)) return;
    const { latencies, offered = 0, backlogEnd = 0, claims: _, ...counts } = record;
    const histograms = this.scratch.slice(0, latencies.length);
    for (const [series, histogram] of histograms.entries()) {
      resetHistogram(histogram);
      const list = latencies[series];
      if (list instanceof CellList) list.addTo(histogram);
    }
    const fromNs = endNs - record.widthNs;
    const interval = { ...counts, fromNs, offered, backlogEnd, histograms };
    this.onInterval(place, interval, this.series[place] ?? []);
  }

  /** Frees the histograms' memory. */
  close(): void {
    for (const histogram of this.scratch) histogram.destroy();
  }
}

function isEmpty({ operations, errors, offered = 0 }: MemberRecord): boolean {
  return offered === 0 && [...operations, ...errors].every((count) => count === 0);
}
