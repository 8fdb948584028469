import { HOST_ROWS, row, type WarningRow } from "../warnings/warning-row.ts";

const STOP_PROGRAMS = "Stop other programs and run again.";
const BYPASS_CACHE = "Use `cache: direct`.";
const MORE_TIME = "Use a longer duration.";
const REMOVE = "Remove it with `assay clean`.";

/** Every warning code of a run and its phases, the most serious first. */
export const WARNING_ROWS = {
  "all-failed": row(
    "Every operation failed",
    "The phase has no rate.",
    "Remove the cause of the first error.",
  ),
  "nothing-completed": row("No completed operation", "The phase has no rate.", MORE_TIME),
  errors: row(
    "Failed operations",
    "Rates and latencies cover successful operations only.",
    "Find the first error of each kind in the report and remove its cause.",
  ),
  unfinished: row(
    "Unfinished operations",
    "They count as errors, and their age is in the latencies as a lower bound (≥).",
    "Find out why the storage did not complete them.",
  ),
  "cut-off": row(
    "Operations in flight at the interruption",
    "They do not count as errors.",
    "Run the phase to its end.",
  ),
  ...HOST_ROWS,
  "client-back-off": row(
    "Back-off pauses after failed operations",
    "The storage may sustain more operations than the load generator issued.",
    "Remove the cause of the failures, or set `rate`: an open loop does not back off.",
  ),
  "direct-not-direct": row(
    "Buffered instead of direct I/O",
    "Rates and latencies may be those of memory.",
    "Use a file system that supports direct I/O, such as ext4 or XFS.",
  ),
  "served-from-cache": row(
    "Reads served from the page cache",
    "Rates and latencies include reads from memory.",
    BYPASS_CACHE,
  ),
  "unseen-cache": row(
    "Cache that assay cannot observe",
    "Rates and latencies may be those of that cache.",
    "Use a dataset larger than that cache.",
  ),
  "written-to-cache": row(
    "Written data left in the page cache",
    "The rate includes writes that did not reach the device.",
    "Use `cache: direct`, `sync` or `dsync`.",
  ),
  "cache-not-dropped": row(
    "Dataset left in the page cache after dropping it",
    "Some reads came from memory.",
    BYPASS_CACHE,
  ),
  "cache-not-warm": row(
    "Dataset in the page cache after warming it",
    "Some reads came from the storage.",
    "Use a dataset that fits in memory.",
  ),
  "cache-policy": row(
    "Cache policy not applied",
    "More or fewer reads than planned came from memory.",
    "Remove the cause that the message names, or use another `cache` policy.",
  ),
  "dataset-fits-in-memory": row(
    "Dataset smaller than memory, read more than once",
    "Later passes may come from the page cache.",
    "Use `cache: direct` or a larger dataset.",
  ),
  "client-bound": row(
    "Client-bound rate",
    "The storage may sustain more.",
    "Use more workers or a host with more cores.",
  ),
  "own-pause": row(
    "Load generator pauses",
    "Rates and tail latencies are unreliable.",
    STOP_PROGRAMS,
  ),
  starved: row(
    "CPU wait of the workers",
    "Latencies include this wait.",
    "Stop other programs, or use fewer workers or a host with more cores.",
  ),
  "cpu-throttled": row(
    "Throttling by a CPU quota",
    "Latencies include the time stopped.",
    "Raise the quota (cpu.max, or the container's CPU limit) or use fewer workers.",
  ),
  "depth-not-reached": row(
    "Planned operations in flight not reached",
    "The rate is that of fewer operations in flight and limited by the load generator.",
    "Use fewer workers, a lower queueDepth, or a host with more free cores.",
  ),
  steal: row(
    "CPU steal",
    "Latencies from p99 upward are unreliable.",
    "Use a host that does not share its CPUs.",
  ),
  "pacing-error": row(
    "Pacing error (p99)",
    "Response times include this delay, service times do not.",
    "Stop other programs, or use more workers or a lower rate.",
  ),
  "too-few-slots": row(
    "Too few operations in flight for the offered load",
    "The load waits for the load generator, not for the storage.",
    "Raise workers x queueDepth.",
  ),
  "probe-unfinished": row(
    "Unfinished operations of the probe before the phase",
    "They are not in the results, and the number of operations in flight was not checked.",
    "Find out why the storage did not complete them.",
  ),
  "idle-workers": row(
    "Idle threads",
    "The load is lower than planned.",
    "Use a dataset with more files or directories, or fewer workers.",
  ),
  "shared-directories": row(
    "Operations in flight that change the same directory",
    "A directory takes one change at a time: the rate may be that of its lock, not of the storage.",
    "Use more directories (a lower `filesPerDirectory`).",
  ),
  "few-renames": row(
    "Fewer renames in flight than planned",
    "The load is lower than planned.",
    "Use a dataset with two files per operation in flight, or a lower queueDepth.",
  ),
  "directories-not-kept": row(
    "Directories opened by operations",
    "On slow storage, fewer operations are in flight than planned, and latencies are higher.",
    "Raise `ulimit -n`, or use fewer directories.",
  ),
  "mostly-drained": row(
    "More operations completed after the phase than in it",
    "The rate is inaccurate.",
    MORE_TIME,
  ),
  "burst-not-left": row(
    "Burst credits",
    "The phase may measure only the burst, not the baseline performance.",
    "Run longer than the burst lasts.",
  ),
  "engine-fallback": row(
    "Engine other than the preferred one",
    "Results of two engines are not comparable.",
    "Make the preferred engine available, or name an engine in the scenario.",
  ),
  "buffers-not-registered": row(
    "Buffers not registered with io_uring",
    "The kernel looks the buffers up for each operation, which costs CPU time.",
    "Raise the limit of locked memory (`ulimit -l`).",
  ),
  verified: row(
    "Content verification",
    "Checks between operations lower the load.",
    "Measure rates and latencies without `verify`.",
  ),
  "single-part": row(
    "Uploads in a single PUT",
    "They are not multipart uploads.",
    "Use larger objects or a smaller `partSize`.",
  ),
  redirects: row(
    "Redirected requests",
    "Latencies include the redirect.",
    "Use the region of the bucket.",
  ),
  "clock-corrections": row(
    "Clock difference to the S3 server",
    "Requests were signed with the time of the server.",
    "Set the clock of the host.",
  ),
  "checksums-missing": row(
    "Responses without a checksum of the object",
    "The content of these responses was not verified.",
    "Upload the objects with a checksum of the whole object.",
  ),
  "uploads-not-aborted": row(
    "Failed uploads that were not aborted",
    "Their parts may still be stored and charged.",
    "Abort them, or add a lifecycle rule that does.",
  ),
  "declared-mismatch": row(
    "Declared value differs from the described one",
    "Comparisons with the declared value are wrong.",
    "Correct the declaration.",
  ),
  "volume-changing": row(
    "Volume modification in progress",
    "The volume may not deliver its provisioned performance.",
    "Run again when the modification is complete.",
  ),
  compression: row(
    "Compressing file system",
    "Compressible data is faster than the storage.",
    "Use incompressible data, which is the default.",
  ),
  "not-reused": row(
    "Kept data not reused",
    "The run prepared its own data: `verify` needs to know the last write to each block.",
    "Run without `verify` to reuse kept data.",
  ),
  target: row("Target", "See the message.", "Check the target with `assay check`."),
  "not-removed": row("Data that was not removed", "It stays in the target.", REMOVE),
  "left-behind": row(
    "Data of other runs in the target",
    "It stays in the target.",
    "Remove it by hand if it is not needed.",
  ),
  "clean-up-note": row(
    "Cleanup note",
    "No data of the run is known to stay.",
    "Check the target if the message concerns it.",
  ),
} as const satisfies Readonly<Record<string, WarningRow>>;

/** Code of a warning that this version makes; stored runs may have others. */
export type WarningCode = keyof typeof WARNING_ROWS;
