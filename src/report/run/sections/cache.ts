import { cachedShare, isBuffered, memoryForCache, oneShare } from "../../../metrics/cache/cache.ts";
import type { CacheEvidence } from "../../../model/run/cache.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import {
  type Cell,
  cell,
  list,
  name,
  paragraph,
  tableColumns,
  words,
} from "../../parts/document.ts";
import { formatBytes, formatShare, MISSING } from "../../parts/format.ts";
import type { Section } from "../../report.ts";
import { shareWords } from "../words/phase.ts";

const COLUMNS = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["cache_policy", "Cache", "left"],
  ["dataset_bytes", "Dataset", "right"],
  ["dataset_to_memory_ratio", "Dataset/RAM", "right"],
  ["logical_read_bytes", "Read", "right"],
  ["own_read_bytes", "Fetched", "right"],
  ["device_read_bytes", "Device reads", "right"],
  ["served_from_cache_share", "From cache", "right"],
  ["logical_write_bytes", "Written", "right"],
  ["device_write_bytes", "Device writes", "right"],
  ["resident_share_before", "Resident", "right"],
  ["evidence", "Evidence", "left"],
]);

/** Cache policy, bytes that the kernel and the device counted, and residency of the dataset. */
export function cacheSection(run: Run): Section {
  const title = "Page cache";
  if (run.target.address.kind === "bucket") {
    const text =
      "Objects are read over the network and not from the page cache of this host. assay cannot " +
      "observe the caches of the S3 server.";
    return { title, blocks: [paragraph(text)] };
  }
  if (run.target.address.kind === "memory") {
    return { title, blocks: [paragraph("The target has no storage, so nothing is cached.")] };
  }
  const rows = run.phases.map((result) => cacheRow(run, result));
  if (rows.length === 0) return { title, blocks: [paragraph("The run has no results.")] };
  const table = { kind: "table", id: "cache", columns: COLUMNS, rows, keys: 2 } as const;
  return { title, blocks: [table, list(definitions(run))] };
}

/** Definitions of the terms that the table uses. */
function definitions({ phases }: Run): readonly string[] {
  const policies = new Set(phases.map(({ phase }) => phase.cache));
  const reads = phases.some(({ cache }) => cache.logicalReadBytes > 0);
  const writes = phases.some(({ cache }) => cache.logicalWriteBytes > 0);
  return [
    ...(policies.has("direct") ? ["Cache direct: O_DIRECT, which bypasses the page cache."] : []),
    ...(policies.has("dropped")
      ? ["Cache dropped: the page cache was emptied before the repetition."]
      : []),
    ...(policies.has("warm") ? ["Cache warm: the dataset was read once before the phase."] : []),
    ...(reads
      ? [
          "Read, fetched, device reads: bytes read by operations, bytes that the kernel fetched " +
            "from the storage for this process, and bytes that the device delivered in total.",
          "From cache: share of the bytes read that did not come from the storage, with its " +
            "evidence; a range if only bounds are known. assay cannot observe the caches of a " +
            "FUSE daemon, a server or a hypervisor.",
        ]
      : []),
    ...(writes
      ? ["Written, device writes: the same for writes. Buffered writes complete in memory."]
      : []),
    "Resident: share of the dataset in the page cache before and after the phase.",
  ];
}

function cacheRow(run: Run, result: PhaseResult): Cell[] {
  const { cache, phase, datasetBytes } = result;
  const memory = memoryForCache(run.environment);
  const ratio = memory > 0 ? datasetBytes / memory : null;
  const share = cachedShare(run, result);
  const written = cache.logicalWriteBytes > 0;
  const buffered = written && isBuffered(run.target, result) ? " (buffered)" : "";
  return [
    name(phase.name),
    cell(String(result.repetition), result.repetition),
    words(phase.cache),
    cell(formatBytes(datasetBytes), datasetBytes),
    cell(formatShare(ratio), ratio),
    bytesCell(cache.logicalReadBytes),
    cell(formatBytes(cache.ownReadBytes ?? null), cache.ownReadBytes ?? null),
    cell(formatBytes(cache.deviceReadBytes), cache.deviceReadBytes),
    cell(share === null ? MISSING : shareWords(share), oneShare(share)),
    cell(
      written ? `${formatBytes(cache.logicalWriteBytes)}${buffered}` : MISSING,
      cache.logicalWriteBytes,
    ),
    cell(formatBytes(cache.deviceWriteBytes), cache.deviceWriteBytes),
    residentCell(cache),
    words(cache.basis === undefined ? cache.source : `${cache.basis}; device: ${cache.source}`),
  ];
}

/** Share of the dataset in the page cache before and after the phase. */
function residentCell({ residentShareBefore: before, residentShareAfter: after }: CacheEvidence) {
  if (before == null && after == null) return cell(MISSING, null);
  return cell(`${formatShare(before)}, ${formatShare(after)}`, before ?? null);
}

/** No bytes are shown as missing: `0 B` would look like a measurement. */
function bytesCell(bytes: number): Cell {
  return cell(bytes > 0 ? formatBytes(bytes) : MISSING, bytes);
}
