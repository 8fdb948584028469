import { type DataColumn, dataColumns } from "../../model/data-column.ts";
import type { Sample } from "../../model/run/sample.ts";
import { type IntervalContext, seconds } from "./interval-rows.ts";

/** The columns of `samples.csv`, in the order of the file; new ones go to the end. */
export const SAMPLE_COLUMNS: readonly DataColumn[] = dataColumns([
  ["phase", "text", "name of the phase, including its matrix settings"],
  ["repetition", "count", "repetition of the phase, from 1"],
  ["from_s", "s", "start of the sample, from the start of measuring in the phase"],
  ["width_s", "s", "duration of the sample"],
  ["steal_share", "share", "CPU steal; empty if unknown"],
  [
    "cpu_wait_share",
    "share",
    "CPU wait of worker threads: runnable, but no CPU was free; empty if unknown",
  ],
  [
    "device_read_bytes",
    "bytes",
    "bytes that the storage of the target read, for all programs; empty if unknown",
  ],
  [
    "device_write_bytes",
    "bytes",
    "bytes that the storage of the target wrote, for all programs; empty if unknown",
  ],
]);

/** The row of a sample. */
export function sampleRow(
  sample: Sample,
  { phase, repetition }: Pick<IntervalContext, "phase" | "repetition">,
): readonly (string | number)[] {
  return [
    phase,
    repetition,
    seconds(sample.fromNs),
    seconds(sample.widthNs),
    share(sample.stealShare),
    share(sample.cpuWaitShare),
    sample.deviceReadBytes ?? "",
    sample.deviceWriteBytes ?? "",
  ];
}

function share(value: number | null): number | "" {
  return value === null ? "" : Math.round(value * 1e6) / 1e6;
}
