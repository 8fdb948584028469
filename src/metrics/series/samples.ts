import type { Sample } from "../../model/run/sample.ts";
import type { SeriesColumn } from "./series.ts";

/** Fields of a column that samples fill. */
type Sampled = Pick<
  SeriesColumn,
  "stealShare" | "cpuWaitShare" | "deviceReadBytesPerSecond" | "deviceWriteBytesPerSecond"
>;

/**
 * Means of the samples during a column, weighted by the time that they share with it. Null if no
 * sample has the value.
 */
export function sampledIn(
  samples: readonly Sample[],
  { fromS, widthS }: Pick<SeriesColumn, "fromS" | "widthS">,
): Sampled {
  const [beginNs, endNs] = [fromS * 1e9, (fromS + widthS) * 1e9];
  const mean = (read: (sample: Sample) => number | null): number | null => {
    let sum = 0;
    let weight = 0;
    for (const sample of samples) {
      const value = read(sample);
      const overlap =
        Math.min(endNs, sample.fromNs + sample.widthNs) - Math.max(beginNs, sample.fromNs);
      if (value === null || overlap <= 0) continue;
      sum += value * overlap;
      weight += overlap;
    }
    return weight === 0 ? null : sum / weight;
  };
  const perSecond = (bytes: number | null, { widthNs }: Sample): number | null =>
    bytes === null ? null : (bytes * 1e9) / widthNs;
  return {
    stealShare: mean(({ stealShare }) => stealShare),
    cpuWaitShare: mean(({ cpuWaitShare }) => cpuWaitShare),
    deviceReadBytesPerSecond: mean((sample) => perSecond(sample.deviceReadBytes, sample)),
    deviceWriteBytesPerSecond: mean((sample) => perSecond(sample.deviceWriteBytes, sample)),
  };
}
