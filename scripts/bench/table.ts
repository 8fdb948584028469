import {
  formatBytes,
  formatCount,
  formatLatency,
  formatRate,
  formatShare,
} from "../../src/report/format.ts";
import type { Load } from "./cells.ts";
import type { BenchResult, FilesResult, FioResult, MemoryResult, NullResult } from "./result.ts";
import type { Sample } from "./sample.ts";
import { VOLUME_HEAD, volumeRows } from "./volume-table.ts";

/** A benchmark as markdown: a table for each kind of cell that was measured. */
export function renderBench(result: BenchResult): string {
  const { machine, node, storage, fioVersion, runs, seconds, sizeBytes, loadBefore } = result;
  const load = `load average ${loadBefore.toFixed(2)} beforehand`;
  const where = [machine, node, fioVersion, storage, load].filter((part) => part !== null);
  const of = runs === 1 ? "one run" : `medians of ${runs} runs`;
  const how = `${of} of ${seconds} s, a file of ${formatBytes(sizeBytes)}`;
  const blocks = [
    `${where.join(", ")}; ${how}.`,
    ...fioBlock(result.fio),
    ...nullBlock(result.null),
    ...memoryBlock(result.memory),
    ...result.files.map(filesBlock),
    ...(result.volumes.length === 0 ? [] : [table(VOLUME_HEAD, volumeRows(result.volumes))]),
    ...result.failed.map(({ name, reason }) => `Not measured: ${name}: ${reason}`),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function fioBlock(results: readonly FioResult[]): readonly string[] {
  if (results.length === 0) return [];
  const rates = results.map((one) => [
    one.cell.title,
    rateOf(one.cell.load, one.assay),
    rateOf(one.cell.load, one.fio),
    one.ratio.toFixed(3),
    `≥ ${one.cell.leastRatio.toFixed(2)}`,
    verdict(one.ratioMet),
    `${formatShare(one.assaySpread)}, ${formatShare(one.fioSpread)}`,
  ]);
  const latencies = results.map((one) => [
    one.cell.title,
    formatLatency(one.assay.p50Ns),
    formatLatency(one.fio.p50Ns),
    "5 % or 1 µs",
    verdict(one.p50Met),
    formatLatency(one.assay.cpuNsPerOperation),
    formatLatency(one.fio.cpuNsPerOperation),
  ]);
  const discarded = results
    .filter((one) => one.discarded > 0)
    .map(
      (one) => `${one.cell.title}: runs repeated because the device was read: ${one.discarded}.`,
    );
  return [
    table(["beside fio psync", "assay", "fio", "ratio", "target", "", "spread of each"], rates),
    table(
      ["latency and CPU", "p50 assay", "p50 fio", "within", "", "CPU/op assay", "CPU/op fio"],
      latencies,
    ),
    ...discarded,
  ];
}

function nullBlock(results: readonly NullResult[]): readonly string[] {
  if (results.length === 0) return [];
  const rows = results.map((one) => [
    one.cell.title,
    `${one.ns.toFixed(1)} ns`,
    `≤ ${one.cell.mostNs} ns`,
    verdict(one.met),
    `${one.cpuNs.toFixed(1)} ns`,
    `${one.floorNs.toFixed(1)} ns`,
    formatShare(one.spread),
  ]);
  const head = ["own cost, recording on", "an operation and worker", "target", ""];
  return [table([...head, "CPU", "a bare loop now", "spread"], rows)];
}

function memoryBlock(results: readonly MemoryResult[]): readonly string[] {
  const [first] = results;
  if (first === undefined) return [];
  const lengths = first.seconds.map((seconds) => `${seconds} s`);
  const rows = results.map((one) => [
    one.cell.title,
    ...one.peakBytes.map(megabytes),
    `≤ ${megabytes(one.cell.mostBytes)}`,
    verdict(one.met),
    one.flat ? "yes" : "no",
  ]);
  return [table(["peak memory", ...lengths, "target", "", "flat"], rows)];
}

function filesBlock({ cell, operations }: FilesResult): string {
  const rows = operations.map((one) => [
    one.operation,
    `${formatCount(one.assay)}/s`,
    `${formatCount(one.node)}/s`,
    one.ratio.toFixed(2),
    `≥ ${cell.leastRatios[one.operation].toFixed(1)}`,
    verdict(one.met),
    `${formatShare(one.assaySpread)}, ${formatShare(one.nodeSpread)}`,
  ]);
  const head = [cell.title, "assay", "Node's calls, 1 thread", "ratio", "target", ""];
  return table([...head, "spread of each"], rows);
}

function rateOf(load: Load, { operationsPerSecond }: Sample): string {
  return load.access === "random"
    ? `${formatCount(operationsPerSecond)} IOPS`
    : formatRate(operationsPerSecond * load.blockBytes);
}

function megabytes(bytes: number): string {
  return `${formatCount(bytes / 1e6)} MB`;
}

function verdict(met: boolean): string {
  return met ? "met" : "missed";
}

/** The first column is words, the others are numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
