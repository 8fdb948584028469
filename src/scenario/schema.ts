import { z } from "zod";
import { MOST_COMPRESSIBLE, MOST_DEDUPABLE } from "../model/data.ts";
import { OPERATIONS } from "../model/operation.ts";
import { CACHE_POLICIES, ENGINE_NAMES, POLLINGS, SYNC_CALLS } from "../model/plan.ts";
import { AccessSchema } from "./access.ts";
import { BlockSizeSchema } from "./block-sizes.ts";
import { choice, duration, flag, positive, size, text, whole } from "./fields.ts";

/** Names become folder names, key prefixes and parts of phase names. */
export const NAME = {
  rule: /^[a-z0-9][a-z0-9-]{0,62}$/,
  words: "a name of lower-case letters, digits and hyphens, such as `random-read`",
} as const;

/** Files (or samples) of one dataset at the most. */
export const MOST_FILES = 100_000_000;

const distribution = z
  .strictObject({
    uniform: z
      .strictObject({ min: size("Smallest file."), max: size("Largest file.") })
      .optional()
      .describe("Every size between min and max is equally likely."),
    lognormal: z
      .strictObject({
        mean: size("Mean of the sizes themselves, not of their logarithms."),
        sd: size("Standard deviation of the sizes themselves."),
        min: size("Smaller draws become this. Default: 1B.").optional(),
        max: size("Larger draws become this. Default: ten times the mean.").optional(),
      })
      .optional()
      .describe("The usual shape of file sizes: many small ones, a long tail of large ones."),
  })
  .describe("A distribution of sizes: uniform or lognormal. The seed decides every one of them.");

const ratio = (what: string, most: number) =>
  positive(`Ratio to which ${what}, from 1 to ${most}.`).optional();

const data = z
  .union([
    choice("random: neither compresses nor repeats.", ["random"]),
    z.strictObject({
      compressible: ratio("a compressor gets each 4 KiB", MOST_COMPRESSIBLE),
      dedupable: ratio("deduplication of 4 KiB units gets all of it", MOST_DEDUPABLE),
    }),
  ])
  .describe("What files and writes into them contain. Default: random.");

const tree = z
  .strictObject({
    width: whole("Directories in each directory.", 1, 999_999),
    depth: whole("Levels of directories; 0: all files in one.", 0, 16),
    filesPerDirectory: whole("Files in each directory of the last level.", 1, MOST_FILES),
  })
  .describe("Directories within directories; the files lie in those of the last level.");

/** One dataset as written; sizes in bytes. */
const DatasetSchema = z
  .strictObject({
    kind: choice(
      "files: loose files or objects. shards: `count` samples in tar files. Default: files.",
      ["files", "shards"],
    ).optional(),
    count: whole(
      "Files or objects; for shards, samples. May be left out where a tree says it.",
      1,
      MOST_FILES,
    ).optional(),
    size: z
      .union([size("Size of every file (for shards, of every sample)."), distribution])
      .describe("One size for all, such as `256MiB`, or a distribution."),
    shardSize: size("A tar shard is closed when it would pass this. Default: 64MiB.").optional(),
    filesPerDirectory: whole(
      "More files go into numbered sub-directories.",
      1,
      MOST_FILES,
    ).optional(),
    tree: tree.optional(),
    suffix: text("Ending of the file names, such as `.jpg`. Default: .bin (shards: .tar).", {
      rule: /^\.[A-Za-z0-9]{1,16}$/,
      words: "a dot and a file ending, such as `.jpg`",
    }).optional(),
    data: data.optional(),
  })
  .describe("Test data that a target holds: written before it is needed, removed after the run.");

const weight = (what: string) => positive(`Weight of ${what}.`).optional();

const mix = z
  .strictObject({
    read: weight("block reads"),
    write: weight("block writes"),
    stat: weight("metadata requests"),
    fetch: weight("whole-file reads"),
    rename: weight("renames"),
    list: weight("listings of a directory"),
  })
  .describe("Operations and their weights, `{ read: 70, write: 30 }`; no others can be mixed.");

const sync = z
  .strictObject({
    call: choice("fsync: data and metadata. fdatasync: what reading needs. Default: fsync.", [
      ...SYNC_CALLS,
    ]).optional(),
    every: whole(
      "Writes of a worker before each sync, which waits for them. Default: 1. Not for create.",
      1,
      1e9,
    ).optional(),
    directory: flag(
      "For create: sync the directory too, so that the name is durable. Default: false.",
    ).optional(),
  })
  .describe("Makes writes and created files durable; without it they end in the page cache.");

/** Each field of a phase that `defaults` and `--set` know too, optional in all of them. */
const SETTINGS = {
  dataset: text("Which dataset. May be left out where there is only one.").optional(),
  operation: choice(
    "read, write: one block · create, fetch: a whole file (PUT, GET) · stat: metadata (HEAD) · " +
      "delete · upload, download: one object in parts · stream: samples of a tar in order · " +
      "rename: to a second name and back · list: all names of a directory.",
    OPERATIONS,
  ).optional(),
  access: AccessSchema.optional(),
  blockSize: BlockSizeSchema.optional(),
  workers: whole("Threads that issue operations.", 1, 1024).optional(),
  queueDepth: whole("Operations each worker keeps in flight.", 1, 4096).optional(),
  warmup: duration(
    "Load before the measurement, not counted; only with `duration`.",
    "0s",
  ).optional(),
  duration: duration("The phase ends after this time.", "10ms").optional(),
  totalBytes: size("The phase ends after this many bytes, all workers together.").optional(),
  operations: whole(
    "The phase ends after this many operations, all workers together.",
    1,
    1e12,
  ).optional(),
  epochs: whole("The phase ends after this many passes over the dataset.", 1, 1e6).optional(),
  cache: choice(
    "direct: bypass the page cache (O_DIRECT) · dropped: empty it before each repetition · " +
      "warm: read the dataset once before. Without effect on buckets.",
    CACHE_POLICIES,
  ).optional(),
  engine: choice("How operations are issued. auto: what suits the target.", [
    "auto",
    ...ENGINE_NAMES,
  ]).optional(),
  polling: choice(
    "Of io_uring. submission: a kernel thread takes operations in (SQPOLL) · completion: devices " +
      "are polled, not waited for (IOPOLL). Default: none.",
    POLLINGS,
  ).optional(),
  sync: sync.optional(),
  dsync: flag("Open files with O_DSYNC: each write is durable when it completes.").optional(),
  partSize: size("Part size of upload and download.").optional(),
  partConcurrency: whole("Parts of one object in flight at once.", 1, 1024).optional(),
  retries: whole(
    "Attempts the S3 client may add. 0 shows a slow answer as one.",
    0,
    100,
  ).optional(),
  verify: flag("Check every block read against what was written to it last.").optional(),
} as const;

const list = <T extends z.ZodType>(item: T) => z.array(item).min(1).optional();

const matrix = z
  .strictObject({
    dataset: list(SETTINGS.dataset.unwrap()),
    operation: list(SETTINGS.operation.unwrap()),
    access: list(SETTINGS.access.unwrap()),
    blockSize: list(SETTINGS.blockSize.unwrap()),
    workers: list(SETTINGS.workers.unwrap()),
    queueDepth: list(SETTINGS.queueDepth.unwrap()),
    cache: list(SETTINGS.cache.unwrap()),
    engine: list(SETTINGS.engine.unwrap()),
    polling: list(SETTINGS.polling.unwrap()),
    sync: list(SETTINGS.sync.unwrap()),
    dsync: list(SETTINGS.dsync.unwrap()),
    partSize: list(SETTINGS.partSize.unwrap()),
    partConcurrency: list(SETTINGS.partConcurrency.unwrap()),
    retries: list(SETTINGS.retries.unwrap()),
  })
  .describe("Lists of values; the phase is run once for every combination, first list slowest.");

/** What `defaults` may hold; also what a bare `--set field=value` may set. */
export const SettingsSchema = z
  .strictObject({ ...SETTINGS, mix: mix.optional() })
  .describe("Values for every phase that does not say its own.");

/** One phase as written. */
const PhaseSchema = z
  .strictObject({
    name: text("Unique in the scenario.", NAME),
    ...SettingsSchema.shape,
    matrix: matrix.optional(),
  })
  .describe("One timed step. It needs an operation or a mix; phases run in the order written.");

/** A scenario file as written, quantities already in base units (bytes, nanoseconds). */
export const ScenarioSchema = z
  .strictObject({
    name: text("Name of the scenario, as in its file's name.", NAME),
    title: text("A few words for headings.").optional(),
    description: text("What is measured, why, and how to read it.").optional(),
    guide: z
      .array(text("A statement of the guide.", { rule: /^G[0-9]{2}$/, words: "an id like `G05`" }))
      .optional()
      .describe("Statements of the guide this workload speaks to."),
    seed: whole("Decides every random choice. Default: 42.", 0, 0xffff_ffff).optional(),
    repetitions: whole("How often all phases are run. Default: 1.", 1, 1000).optional(),
    interval: duration(
      "Width of a cell of the time line. Default: by phase length.",
      "10ms",
    ).optional(),
    datasets: z
      .record(z.string(), DatasetSchema)
      .meta({ description: "By name.", propertyNames: { pattern: NAME.rule.source } }),
    defaults: SettingsSchema.optional(),
    phases: z.array(PhaseSchema).min(1).describe("What is run, in order."),
  })
  .meta({
    title: "assay scenario",
    description: "A load to apply to storage. Sizes and durations carry units: 16KiB, 30s.",
  });

/** The same with nothing required, to read what can be read of a file with mistakes. */
export const LooseDataset = DatasetSchema.partial();
export const LoosePhase = PhaseSchema.partial();
export const LooseScenario = ScenarioSchema.omit({
  datasets: true,
  defaults: true,
  phases: true,
}).partial();

export type DatasetText = z.output<typeof LooseDataset>;
export type SettingsText = z.output<typeof SettingsSchema>;
export type PhaseText = z.output<typeof LoosePhase>;
