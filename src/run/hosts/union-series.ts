import { LATENCY_METRICS, type Series } from "../../model/run/measurement.ts";

/** The series of all hosts, each once: engines differ in what they can measure. */
export function unionOf(series: readonly (readonly Series[])[]): readonly Series[] {
  const all = series.flat();
  const operations = [...new Set(all.map(({ operation }) => operation))];
  return operations.flatMap((operation) =>
    LATENCY_METRICS.filter((metric) =>
      all.some((one) => one.operation === operation && one.metric === metric),
    ).map((metric) => ({ operation, metric })),
  );
}
