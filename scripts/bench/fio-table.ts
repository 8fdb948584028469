import {
  formatCount,
  formatLatency,
  formatRate,
  formatShare,
} from "../../src/report/parts/format.ts";
import type { FioCell, Load } from "./fio-cells.ts";
import { table, verdict } from "./markdown.ts";
import type { FioResult } from "./result.ts";
import { PERCENTILES, type Sample, TIMED } from "./sample.ts";

const ENGINES: readonly FioCell["beside"][] = ["psync", "io_uring"];

/** Rates, latencies and processor time of the cells beside fio, for each of its engines. */
export function besideFio(results: readonly FioResult[], side: string): readonly string[] {
  return ENGINES.flatMap((engine) => {
    const beside = results.filter((one) => one.cell.beside === engine);
    return beside.length === 0 ? [] : blocks(engine, beside, side);
  });
}

function blocks(engine: string, results: readonly FioResult[], side: string): readonly string[] {
  const discarded = results
    .filter((one) => one.discarded > 0)
    .map(
      (one) => `${one.cell.title}: runs repeated because the device was read: ${one.discarded}.`,
    );
  return [
    table(
      [`beside fio ${engine}`, side, "fio", "ratio", "of medians", "target", "", "spread of each"],
      results.map(rateRow),
    ),
    table(
      [
        `latency: medians of the runs' own percentiles, ${side} and fio`,
        ...["p50", "p99", "p99.9"].flatMap((percentile) => [percentile, "fio"]),
        "within 5 % or 1 µs",
        "",
      ],
      results.flatMap(latencyRows),
    ),
    table(["CPU an operation", side, "fio", "target", ""], results.map(cpuRow)),
    ...discarded,
  ];
}

function rateRow(one: FioResult): readonly string[] {
  return [
    one.cell.title,
    rateOf(one.cell.load, one.assay),
    rateOf(one.cell.load, one.fio),
    one.ratio.toFixed(3),
    one.ratioOfMedians.toFixed(3),
    `≥ ${one.cell.leastRatio.toFixed(2)}`,
    verdict(one.ratioMet),
    `${formatShare(one.assaySpread)}, ${formatShare(one.fioSpread)}`,
  ];
}

/** A row for reads, writes and syncs each; the verdict is the cell's and stands in its first. */
function latencyRows({ cell, assay, fio, latencyMet }: FioResult): readonly (readonly string[])[] {
  const timed = TIMED.filter((one) => assay.latency[one] !== undefined);
  return timed.map((one, row) => [
    timed.length === 1 ? cell.title : `${cell.title}: ${one}`,
    ...PERCENTILES.flatMap((percentile) => [
      formatLatency(assay.latency[one]?.[percentile]),
      formatLatency(fio.latency[one]?.[percentile]),
    ]),
    ...(row === 0
      ? [cell.latency === "p50-agrees" ? "p50" : "all, or better", verdict(latencyMet)]
      : ["", ""]),
  ]);
}

function cpuRow({ cell, assay, fio, cpuMet }: FioResult): readonly string[] {
  return [
    cell.title,
    formatLatency(assay.cpuNsPerOperation),
    formatLatency(fio.cpuNsPerOperation),
    cpuMet === null ? "" : "no more",
    cpuMet === null ? "" : verdict(cpuMet),
  ];
}

function rateOf(load: Load, { operationsPerSecond }: Sample): string {
  return load.access === "random"
    ? `${formatCount(operationsPerSecond)} IOPS`
    : formatRate(operationsPerSecond * load.blockBytes);
}
