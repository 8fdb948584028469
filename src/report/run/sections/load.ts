import { memoryForCache } from "../../../metrics/cache/cache.ts";
import type { DataKind } from "../../../model/plan/data.ts";
import type { DatasetPlan } from "../../../model/plan/dataset.ts";
import { IN_PARTS, NO_BYTES } from "../../../model/plan/operation.ts";
import type { PhaseLimit, PhasePlan } from "../../../model/plan/plan.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import { type Cell, cell, list, name, tableColumns, words } from "../../parts/document.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatShare,
  MISSING,
} from "../../parts/format.ts";
import type { Section } from "../../report.ts";
import { autoText } from "../words/auto.ts";
import { accessText, blockSizesText, objectsText, offeredText } from "../words/load.ts";

const COLUMNS = tableColumns([
  ["phase", "Phase", "left"],
  ["mix", "Operation", "left"],
  ["access", "Access", "left"],
  ["block_bytes", "Block", "right"],
  ["dataset", "Dataset", "left"],
  ["limit", "Ends after", "left"],
  ["warmup_ns", "Warm-up", "right"],
  ["asked", "Workers x depth", "left"],
  ["engine", "Engine", "left"],
  ["ran", "Ran as", "left"],
]);

/** For a run with a list of hosts: workers and depth are those of each host. */
const HOST_COLUMNS = tableColumns([
  ["hosts", "Hosts", "right"],
  ["asked", "Workers x depth per host", "left"],
  ["engine", "Engine", "left"],
  ["ran", "Ran as, per host", "left"],
]);

/** Planned load of each phase, and the engine and threads that ran it. */
export function loadSection(run: Run): Section {
  const rows = run.plan.phases.map((phase) => {
    const ran = run.phases.find((result) => (result.pointOf ?? result.phase.name) === phase.name);
    return loadRow(phase, ran ?? null, run.hosts);
  });
  const columns = run.hosts === undefined ? COLUMNS : [...COLUMNS.slice(0, -3), ...HOST_COLUMNS];
  const { kind } = run.target.address;
  const files = kind === "bucket" ? "objects" : "files";
  const datasets = run.plan.datasets.map((dataset) => {
    const size = run.phases.find((result) => result.phase.dataset === dataset.name)?.datasetBytes;
    const what = dataset.kind === "shards" ? "samples packed in tar shards" : files;
    const held = size === undefined ? "" : heldText(run, size);
    // Runs of older versions have no kind of data.
    const like = dataset.data == null ? "" : dataText(dataset.data);
    if (kind === "device") {
      // The device keeps its content: only written data is of the dataset's kind.
      const written = run.plan.phases.some((phase) => writesInto(phase, dataset.name));
      const device = `: the device, from its first byte${held}`;
      const auto = autoText(run.plan, dataset);
      return [{ code: dataset.name }, `${device}${written ? like : ""}${auto}.`];
    }
    const where = `${treeText(dataset)}${held}${like}${autoText(run.plan, dataset)}`;
    const each = hasOwnData(run) ? " on each host" : "";
    return [{ code: dataset.name }, `: ${formatCount(dataset.count)} ${what}${each}${where}.`];
  });
  return {
    title: "Load",
    isDetail: true,
    blocks: [{ kind: "table", id: "load", columns, rows, keys: 1 }, list(datasets)],
  };
}

/** Whether each of several hosts has its own dataset; sizes are their sums. */
function hasOwnData({ hosts = [], hostScope }: Run): boolean {
  return hosts.length > 1 && hostScope === "private";
}

/** Size of a dataset, also as a share of the memory that could cache it. */
function heldText(run: Run, sizeBytes: number): string {
  const { hosts = [], environment } = run;
  const total = `, ${formatBytes(sizeBytes)} in total`;
  const ownBytes = hasOwnData(run) ? sizeBytes / hosts.length : sizeBytes;
  if (hosts.length < 2) {
    return `${total}, ${formatShare(ownBytes / memoryForCache(environment))} of the memory`;
  }
  const smallest = Math.min(...hosts.map(({ memoryBytes }) => memoryBytes));
  const each = hasOwnData(run) ? `, ${formatBytes(ownBytes)} per host` : "";
  return `${total}${each}, ${formatShare(ownBytes / smallest)} of the memory of the smallest host`;
}

function writesInto({ dataset, mix }: PhasePlan, name: string): boolean {
  return dataset === name && mix.some(({ operation }) => operation === "write");
}

/** Properties of the data, if it is not the default: random and different in each block. */
function dataText({ compressible, dedupable, verifiable }: DataKind): string {
  const parts = [
    ...(compressible > 1 ? [`compressible to a ratio of ${formatNumber(compressible)}`] : []),
    ...(dedupable > 1 ? [`dedupable to a ratio of ${formatNumber(dedupable)}`] : []),
    ...(verifiable ? ["in verifiable blocks"] : []),
  ];
  return parts.map((part) => `, ${part}`).join("");
}

/** Directories of a tree; other layouts follow from the number of files. */
function treeText(dataset: DatasetPlan): string {
  const { tree, filesPerDirectory } = dataset;
  if (tree === undefined) return "";
  const directories = formatCount(Math.ceil(dataset.count / filesPerDirectory));
  return `, in ${directories} directories ${tree.depth} levels deep (${tree.width} in each)`;
}

function loadRow(phase: PhasePlan, ran: PhaseResult | null, all: Run["hosts"]): Cell[] {
  const depth = ran === null ? "did not run" : `${ran.threads} x ${ran.queueDepthPerThread}`;
  const hosts = all === undefined ? null : (ran?.hosts?.length ?? phase.hosts ?? all.length);
  return [
    name(phase.name),
    words(
      [mixText(phase), phase.verify ? "verified" : "", objectsText(phase)]
        .filter(Boolean)
        .join(", "),
    ),
    words(accessText(phase)),
    cell(blockText(phase), phase.blockBytes),
    name(phase.dataset),
    words(limitText(phase.limit)),
    cell(warmupText(phase, ran), phase.warmupNs),
    ...(hosts === null ? [] : [cell(formatCount(hosts), hosts)]),
    words(askedText(phase, hosts)),
    words(engineText(phase, ran)),
    words(depth),
  ];
}

/** Warm-up of a phase; one that a count ends has a rehearsal on scratch files instead. */
function warmupText({ warmupNs, warmupAuto }: PhasePlan, ran: PhaseResult | null): string {
  if (warmupAuto === true) return "auto";
  if (warmupNs > 0) return formatDuration(warmupNs);
  const rehearsalNs = ran?.harness?.rehearsalNs ?? null;
  return rehearsalNs === null ? "none" : `rehearsal of ${formatDuration(rehearsalNs)}`;
}

/**
 * Operations in flight: the maximum of an open loop, the constant number of a closed one. `hosts`:
 * null for a run without a list of hosts.
 */
function askedText(phase: PhasePlan, hosts: number | null): string {
  const searched = phase.find?.by === "rate" ? "rate of the search" : null;
  if (phase.find?.by === "queueDepth") return `${phase.workers} x depth of the search`;
  const offered = searched ?? offeredText(phase);
  const places = `${phase.workers} x ${phase.queueDepth}`;
  if (offered === null) return places;
  return hosts === null
    ? `${offered}, at most ${places} in flight`
    : `${offered} of all hosts, at most ${places} in flight per host`;
}

/** Engine, and its polling if any; runs of older versions have none. */
function engineText({ polling = "none" }: PhasePlan, ran: PhaseResult | null): string {
  const engine = ran?.engine ?? MISSING;
  return polling === "none" || ran === null ? engine : `${engine}, ${polling} polling`;
}

function mixText(phase: PhasePlan): string {
  const total = phase.mix.reduce((sum, one) => sum + one.weight, 0);
  if (phase.mix.length === 1) return phase.mix[0]?.operation ?? MISSING;
  return phase.mix.map((one) => `${one.operation} ${formatShare(one.weight / total)}`).join(", ");
}

/** Size of parts for uploads and downloads, else of blocks; some operations have no data. */
function blockText(phase: PhasePlan): string {
  const operations = phase.mix.map(({ operation }) => operation);
  if (operations.every((one) => NO_BYTES.has(one))) return MISSING;
  if (!operations.some((one) => IN_PARTS.has(one))) {
    return blockSizesText(phase);
  }
  return `parts of ${formatBytes(phase.partBytes)}, ${phase.partConcurrency} in flight`;
}

function limitText(limit: PhaseLimit): string {
  switch (limit.kind) {
    case "duration":
      return formatDuration(limit.durationNs);
    case "steady":
      return (
        `${formatDuration(limit.windowNs)} of a steady rate, ` +
        `at most ${formatDuration(limit.mostNs)}`
      );
    case "bytes":
      return formatBytes(limit.bytes);
    case "operations":
      return `${formatCount(limit.operations)} operations`;
    case "epochs":
      return limit.epochs === 1 ? "the dataset once" : `the dataset ${limit.epochs} times`;
  }
}
