import { formatBytes, formatCount, formatShare } from "../../src/report/parts/format.ts";
import { besideFio } from "./fio-table.ts";
import { table, verdict } from "./markdown.ts";
import type { BenchResult, FilesResult, MemoryResult, NullResult } from "./result.ts";
import { CONTROL } from "./sample.ts";
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
    ...besideFio(result.fio, result.control ? CONTROL : "assay"),
    ...nullBlock(result.null),
    ...memoryBlock(result.memory),
    ...result.files.map(filesBlock),
    ...(result.volumes.length === 0 ? [] : [table(VOLUME_HEAD, volumeRows(result.volumes))]),
    ...result.failed.map(({ name, reason }) => `Not measured: ${name}: ${reason}`),
  ];
  return `${blocks.join("\n\n")}\n`;
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

function filesBlock({ cell, storage, operations }: FilesResult): string {
  const rows = operations.map((one) => [
    one.operation,
    `${formatCount(one.assay)}/s`,
    `${formatCount(one.node)}/s`,
    one.ratio.toFixed(2),
    `≥ ${cell.leastRatios[one.operation].toFixed(1)}`,
    verdict(one.met),
    `${formatShare(one.assaySpread)}, ${formatShare(one.nodeSpread)}`,
  ]);
  const title = storage === null ? cell.title : `${cell.title}, ${storage}`;
  const head = [title, "assay", "Node's calls, 1 thread", "ratio", "target", ""];
  return table([...head, "spread of each"], rows);
}

function megabytes(bytes: number): string {
  return `${formatCount(bytes / 1e6)} MB`;
}
