import { CONNECTION_METRICS, type Series } from "../../model/run/measurement.ts";

/** Metrics of an operation in the order that `seriesOf` gives them. */
export const SERIES_METRICS: readonly Series["metric"][] = [
  ...(["service", "response", "pacing", "firstByte"] as const),
  ...CONNECTION_METRICS,
  ...(["attempt", "sync"] as const),
];

/** The series of all hosts, each once: engines differ in what they can measure. */
export function unionOf(series: readonly (readonly Series[])[]): readonly Series[] {
  const all = series.flat();
  const operations = [...new Set(all.map(({ operation }) => operation))];
  return operations.flatMap((operation) =>
    SERIES_METRICS.filter((metric) =>
      all.some((one) => one.operation === operation && one.metric === metric),
    ).map((metric) => ({ operation, metric })),
  );
}
