import { PreflightError, UsageError } from "../../model/fault/errors.ts";
import { formatBytes, formatCount, formatDuration } from "../../report/parts/format.ts";

const KIB = 2 ** 10;
const MIB = 2 ** 20;

/** Free space of a target; null: unlimited or unknown. */
export interface FreeSpace {
  readonly bytes: number | null;
  readonly inodes: number | null;
  /** A device, whose blocks can all be used; absent: a file system, which others use too. */
  readonly isDevice?: true;
}

/** Sizes and times of a quick run. */
export interface QuickSettings {
  /** Size of each of the {@link LARGE_FILES} files. */
  readonly fileBytes: number;
  /** Number of small files. */
  readonly files: number;
  readonly warmupNs: number;
  readonly durationNs: number;
}

/** Files of the large dataset, in scenarios/quick.yaml and scenarios/quick-bucket.yaml. */
export const LARGE_FILES = 4;
/** Size of a small file in the scenarios, and its blocks, which metadata doubles. */
const SMALL_FILE_BYTES = 16 * KIB;
const SMALL_FILE_SPACE = 2 * SMALL_FILE_BYTES;

/** Sizes of one large file that are tried, the largest first. One sequential block is the least. */
const FILE_SIZES = [256, 128, 64, 32, 16, 8, 4, 2, 1].map((mebibytes) => mebibytes * MIB);
const SMALL_FILES = [2000, 1000, 500, 200, 100];

/** Shares of the free space that a quick run may use for each of its datasets. */
const LARGE_SHARE = 0.25;
const SMALL_SHARE = 0.1;

/** Percentage of the budget for timed phases; the rest is for preparation and small files. */
const TIMED_PERCENT = 70;
const WARMUP_SHARE = 0.15;
const MIN_PHASE_NS = 2.5e9;
const STEP_NS = 0.5e9;

/** Time of a quick run if `--budget` is absent. */
export const DEFAULT_BUDGET_NS = 180e9;

/**
 * Chooses sizes by free space and budget, from fixed ladders: equal storage gets equal sizes, so
 * that runs stay comparable.
 *
 * @throws PreflightError if not even the smallest sizes fit.
 * @throws UsageError if the budget is too short for `phases` timed phases.
 */
export function quickSettings(
  free: FreeSpace,
  budgetNs: number,
  phases: number,
  hasSmallFiles: boolean,
): QuickSettings {
  const most = largestFileBytes(budgetNs);
  const space = free.bytes ?? Number.POSITIVE_INFINITY;
  const fileBytes = FILE_SIZES.find(
    (bytes) => bytes <= most && LARGE_FILES * bytes <= largeShare(free) * space,
  );
  const files = !hasSmallFiles ? SMALL_FILES.at(-1) : smallFiles(free, budgetNs);
  if (fileBytes === undefined || files === undefined) throw new PreflightError(tooSmall(free));
  return { fileBytes, files, ...phaseTimes(budgetNs, phases) };
}

function largeShare({ isDevice }: FreeSpace): number {
  return isDevice === true ? 1 : LARGE_SHARE;
}

/** A short budget leaves less time for preparation. */
function largestFileBytes(budgetNs: number): number {
  return budgetNs < 120e9 ? 64 * MIB : 256 * MIB;
}

function smallFiles(free: FreeSpace, budgetNs: number): number | undefined {
  const space = free.bytes ?? Number.POSITIVE_INFINITY;
  const inodes = free.inodes ?? Number.POSITIVE_INFINITY;
  const most = budgetNs < 120e9 ? 500 : 2000;
  return SMALL_FILES.find(
    (count) =>
      count <= most && count * SMALL_FILE_SPACE <= SMALL_SHARE * space && count * 2 <= inodes,
  );
}

function tooSmall(free: FreeSpace): string {
  const { bytes, inodes, isDevice } = free;
  const large = (LARGE_FILES * (FILE_SIZES.at(-1) ?? 0)) / largeShare(free);
  if (isDevice === true) {
    return `the device has ${formatBytes(bytes)}, but \`assay quick\` needs ${formatBytes(large)}`;
  }
  const small = ((SMALL_FILES.at(-1) ?? 0) * SMALL_FILE_SPACE) / SMALL_SHARE;
  const least = Math.ceil(Math.max(large, small) / MIB) * MIB;
  if (bytes !== null && bytes < least) {
    return (
      `${formatBytes(bytes)} are free, but \`assay quick\` needs at least ${formatBytes(least)}; ` +
      "free some space"
    );
  }
  const count = formatCount(2 * (SMALL_FILES.at(-1) ?? 0));
  return (
    `${formatCount(inodes)} inodes are free, but \`assay quick\` needs at least ${count}; delete ` +
    "some files"
  );
}

function phaseTimes(budgetNs: number, phases: number) {
  const eachNs = Math.floor((TIMED_PERCENT * budgetNs) / (100 * phases * STEP_NS)) * STEP_NS;
  if (eachNs < MIN_PHASE_NS) {
    const leastNs = Math.ceil((100 * MIN_PHASE_NS * phases) / TIMED_PERCENT / 5e9) * 5e9;
    throw new UsageError(
      `--budget: ${formatDuration(budgetNs)} is too short for ${phases} phases of at least ` +
        `${formatDuration(MIN_PHASE_NS)}; use --budget ${leastNs / 1e9}s or more`,
    );
  }
  const warmupNs = Math.max(1, Math.round((WARMUP_SHARE * eachNs) / STEP_NS)) * STEP_NS;
  return { warmupNs, durationNs: eachNs - warmupNs };
}

/** Environment variables of the scenarios with these values. */
export function environmentOf(settings: QuickSettings): Readonly<Record<string, string>> {
  return {
    FILE_SIZE: `${settings.fileBytes / MIB}MiB`,
    FILES: String(settings.files),
    ENGINE: "s3-wire",
    WARMUP: `${settings.warmupNs / 1e6}ms`,
    DURATION: `${settings.durationNs / 1e6}ms`,
  };
}
