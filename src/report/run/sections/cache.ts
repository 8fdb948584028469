import { cachedShare, isBuffered, memoryForCache, oneShare } from "../../../metrics/cache/cache.ts";
import type { CacheEvidence } from "../../../model/run/cache.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import { type Cell, cell, name, paragraph, tableColumns, words } from "../../parts/document.ts";
import { formatBytes, formatShare, MISSING } from "../../parts/format.ts";
import type { Section } from "../../report.ts";
import { shareWords } from "../words/phase.ts";

const COLUMNS = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["cache_policy", "Cache", "left"],
  ["dataset_bytes", "Dataset", "right"],
  ["dataset_to_memory_ratio", "Dataset / RAM", "right"],
  ["logical_read_bytes", "Read by the load", "right"],
  ["own_read_bytes", "Fetched for the load", "right"],
  ["device_read_bytes", "Read from the device", "right"],
  ["served_from_cache_share", "Served from cache", "right"],
  ["logical_write_bytes", "Written by the load", "right"],
  ["device_write_bytes", "Written to the device", "right"],
  ["resident_share_before", "In the cache before, after", "right"],
  ["evidence", "Evidence", "left"],
]);

/** Whether the numbers are the storage's or the memory's: what was asked, and what was seen. */
export function cacheSection(run: Run): Section {
  const title = "Page cache";
  if (run.target.address.kind === "bucket") {
    const text =
      "Objects are read over the network: this machine's page cache holds none of them. What " +
      "the server keeps in its own memory cannot be seen from here.";
    return { title, blocks: [paragraph(text)] };
  }
  if (run.target.address.kind === "memory") {
    return { title, blocks: [paragraph("No storage took part, so nothing could be cached.")] };
  }
  const rows = run.phases.map((result) => cacheRow(run, result));
  if (rows.length === 0) return { title, blocks: [paragraph("Nothing was measured.")] };
  const explained = paragraph(
    "direct: O_DIRECT, which bypasses the page cache. dropped: the cache was emptied before the " +
      "repetition. warm: the dataset was read once before. Fetched for the load: bytes that the " +
      "kernel requested from the storage for this process alone. Read from the device: the same " +
      "for every program on this machine. Served from cache: bytes that were read without coming " +
      "from the storage, as a range where only bounds are known; the column Evidence names what " +
      "they rest on. “Buffered” writes are complete in memory first. In the cache: the share " +
      "of the dataset in the page cache when the phase began and ended, as the kernel reports " +
      "it. Caches behind a FUSE daemon, a server or a hypervisor are not visible here.",
  );
  const table = { kind: "table", id: "cache", columns: COLUMNS, rows } as const;
  return { title, blocks: [table, explained] };
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

/** What the kernel held of the dataset when the phase began, and when it was over. */
function residentCell({ residentShareBefore: before, residentShareAfter: after }: CacheEvidence) {
  if (before == null && after == null) return cell(MISSING, null);
  return cell(`${formatShare(before)}, ${formatShare(after)}`, before ?? null);
}

/** Nothing moved is shown as nothing, not as `0 B` that looks measured. */
function bytesCell(bytes: number): Cell {
  return cell(bytes > 0 ? formatBytes(bytes) : MISSING, bytes);
}
