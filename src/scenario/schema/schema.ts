/**
 * The fields of a scenario file: types, units, ranges and the texts that an editor shows. A field
 * with a language of its own has a file here, with its parser and the function that fills its
 * defaults. No schema looks at a second field of a phase; rules of that kind are in `check/`.
 */

import { z } from "zod";
import {
  byName,
  MIXABLE,
  OPERATION,
  OPERATIONS,
  operationHelp,
} from "../../model/plan/operation.ts";
import { CACHE_POLICIES, ENGINE_NAMES, POLLINGS, SYNC_CALLS } from "../../model/plan/plan.ts";
import { TARGET_KINDS } from "../../model/target/kind.ts";
import { choice, duration, flag, positive, size, text, whole } from "../../yaml/fields.ts";
import { ENV_FIELD } from "../../yaml/interpolate.ts";
import { AccessSchema } from "./access.ts";
import { BlockSizeSchema } from "./block-sizes.ts";
import { DatasetSchema } from "./dataset-schema.ts";
import { FindSchema } from "./find.ts";
import { OBJECT_FIELDS } from "./object-fields.ts";
import { RateSchema } from "./rate.ts";
import { PHASE_THRESHOLDS, RUN_THRESHOLDS } from "./threshold-fields.ts";
import { UntilSchema, WarmupSchema } from "./until.ts";

/** Names become folder names, key prefixes and parts of phase names. */
export const NAME = {
  rule: /^[a-z0-9][a-z0-9-]{0,62}$/,
  words: "a name of lower-case letters, digits and hyphens, such as `random-read`",
} as const;

const mix = z
  .strictObject(
    byName(MIXABLE, (operation) =>
      positive(`Weight of ${OPERATION[operation].mix?.weightOf}.`).optional(),
    ),
  )
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
  operation: choice(operationHelp(), OPERATIONS).optional(),
  access: AccessSchema.optional(),
  blockSize: BlockSizeSchema.optional(),
  workers: whole("Threads that issue operations.", 1, 1024).optional(),
  queueDepth: whole("Operations each worker keeps in flight.", 1, 4096).optional(),
  rate: RateSchema.optional(),
  find: FindSchema.optional(),
  warmup: WarmupSchema.optional(),
  duration: duration("The phase ends after this time.", "10ms").optional(),
  until: UntilSchema.optional(),
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
  verify: flag(
    "Check what is read: blocks against what was written to them last, whole objects against " +
      "the dataset's content.",
  ).optional(),
  ...OBJECT_FIELDS,
  thresholds: PHASE_THRESHOLDS.optional(),
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
    rate: list(SETTINGS.rate.unwrap()),
    cache: list(SETTINGS.cache.unwrap()),
    engine: list(SETTINGS.engine.unwrap()),
    polling: list(SETTINGS.polling.unwrap()),
    sync: list(SETTINGS.sync.unwrap()),
    dsync: list(SETTINGS.dsync.unwrap()),
    partSize: list(SETTINGS.partSize.unwrap()),
    partConcurrency: list(SETTINGS.partConcurrency.unwrap()),
    retries: list(SETTINGS.retries.unwrap()),
    storageClass: list(SETTINGS.storageClass.unwrap()),
    encryption: list(SETTINGS.encryption.unwrap()),
    checksum: list(SETTINGS.checksum.unwrap()),
    payload: list(SETTINGS.payload.unwrap()),
    connections: list(SETTINGS.connections.unwrap()),
    listing: list(SETTINGS.listing.unwrap()),
    keysPerRequest: list(SETTINGS.keysPerRequest.unwrap()),
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
    targets: z
      .array(choice("A kind of target.", TARGET_KINDS))
      .min(1)
      .optional()
      .describe(
        "Kinds of target it is meant for: on others a folder's run skips it. Default: any.",
      ),
    env: ENV_FIELD,
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
    thresholds: RUN_THRESHOLDS.optional(),
    phases: z.array(PhaseSchema).min(1).describe("What is run, in order."),
  })
  .meta({
    title: "assay scenario",
    description: "A load to apply to storage. Sizes and durations carry units: 16KiB, 30s.",
  });

/** The same with nothing required, to read what can be read of a file with mistakes. */
export const LoosePhase = PhaseSchema.partial();
export const LooseScenario = ScenarioSchema.omit({
  datasets: true,
  defaults: true,
  phases: true,
}).partial();

export type SettingsText = z.output<typeof SettingsSchema>;
/** A field of a phase that `defaults` and `--set` know too. */
export type Field = keyof SettingsText;
export type PhaseText = z.output<typeof LoosePhase>;
