import { z } from "zod";
import {
  byName,
  MIXABLE,
  OPERATION,
  OPERATIONS,
  operationHelp,
} from "../../model/plan/operation.ts";
import { CACHE_POLICIES, ENGINE_NAMES, POLLINGS, SYNC_CALLS } from "../../model/plan/plan.ts";
import { choice, duration, flag, positive, size, text, whole } from "../../yaml/fields.ts";
import { AccessSchema } from "./access.ts";
import { BlockSizeSchema } from "./block-sizes.ts";
import { FindSchema } from "./find.ts";
import { OBJECT_FIELDS } from "./object-fields.ts";
import { RateSchema } from "./rate.ts";
import { PHASE_THRESHOLDS } from "./threshold-fields.ts";
import { UntilSchema, WarmupSchema } from "./until.ts";

/** JSON Schema keyword with an example of a value. */
const example = (value: unknown) => ({ examples: [value] });

const mix = z
  .strictObject(
    byName(MIXABLE, (operation) =>
      positive(`Weight of ${OPERATION[operation].mix?.weightOf}. Default: 0.`)
        .meta(example(50))
        .optional(),
    ),
  )
  .meta({
    description:
      "Operations with their relative weights, by number of operations. One of `operation` and " +
      "`mix` is required. Default: none.",
    ...example({ read: 70, write: 30 }),
  });

const sync = z
  .strictObject({
    call: choice(
      "fsync: data and all metadata · fdatasync: data, and the metadata that reading it needs. " +
        "Default: fsync.",
      [...SYNC_CALLS],
    ).optional(),
    every: whole(
      "Writes of a worker between two syncs; `create` syncs each file. Default: 1.",
      1,
      1e9,
    )
      .meta(example(16))
      .optional(),
    directory: flag(
      "`create` only: also sync the directory, so that the file name is durable. Default: false.",
    ).optional(),
  })
  .meta({
    description:
      "Sync calls, which make writes and created files durable. Default: none; writes complete " +
      "in the page cache.",
    ...example({ call: "fdatasync", every: 16 }),
  });

/** Fields of a phase that `defaults` and `--set` also accept; all optional. */
const SETTINGS = {
  dataset: text("Name of the dataset. Default: the only dataset; required if there are several.")
    .meta(example("data"))
    .optional(),
  operation: choice(operationHelp(), OPERATIONS).optional(),
  access: AccessSchema.optional(),
  blockSize: BlockSizeSchema.optional(),
  workers: whole("Workers, each a thread that issues operations. Default: 1.", 1, 1024)
    .meta(example(4))
    .optional(),
  queueDepth: whole("Operations in flight per worker. Default: 1.", 1, 4096)
    .meta(example(16))
    .optional(),
  hosts: whole(
    "Hosts that run the phase; others of the run are idle. `workers` and `queueDepth` are per " +
      "host; `rate`, counts and datasets are shared. Default: all hosts of the run.",
    1,
    1024,
  )
    .meta(example(4))
    .optional(),
  rate: RateSchema.optional(),
  find: FindSchema.optional(),
  warmup: WarmupSchema.optional(),
  duration: duration(
    "Length of the phase. At most one of `duration`, `until`, `totalBytes`, `operations` and " +
      "`epochs` ends a phase. Default: 10s; operations that visit each file once run one pass.",
    "10ms",
  )
    .meta(example("30s"))
    .optional(),
  until: UntilSchema.optional(),
  totalBytes: size("Bytes to transfer, total of all workers; then the phase ends. Default: none.")
    .meta(example("10GiB"))
    .optional(),
  operations: whole(
    "Operations to issue, total of all workers; then the phase ends. Default: none.",
    1,
    1e12,
  )
    .meta(example(100_000))
    .optional(),
  epochs: whole("Passes over the dataset; then the phase ends. Default: none.", 1, 1e6)
    .meta(example(2))
    .optional(),
  cache: choice(
    "Page cache. direct: bypass it (O_DIRECT) · dropped: empty it before each repetition · warm: " +
      "read the dataset once before the phase. No effect on buckets. Default: direct for " +
      "operations on blocks, otherwise dropped.",
    CACHE_POLICIES,
  )
    .meta(example("dropped"))
    .optional(),
  engine: choice(
    "Engine that issues the operations. auto: chosen by target and operation. Default: auto.",
    ["auto", ...ENGINE_NAMES],
  )
    .meta(example("uring"))
    .optional(),
  polling: choice(
    "Polling of io_uring. submission: a kernel thread polls for new operations (SQPOLL) · " +
      "completion: the kernel polls the device instead of using interrupts (IOPOLL). " +
      "Default: none.",
    POLLINGS,
  ).optional(),
  sync: sync.optional(),
  dsync: flag(
    "Open files with O_DSYNC, so that each write is durable when it completes. Default: false.",
  ).optional(),
  partSize: size("Part size of `upload` and `download`. Default: 8MiB.")
    .meta(example("16MiB"))
    .optional(),
  partConcurrency: whole("Parts of one object in flight. Default: 4.", 1, 1024)
    .meta(example(8))
    .optional(),
  retries: whole(
    "Maximum retries of the S3 client per request. With 0, a failed attempt is an error. " +
      "Default: 0.",
    0,
    100,
  )
    .meta(example(3))
    .optional(),
  verify: flag(
    "Compare the data read with the data last written (blocks) or with the dataset's content " +
      "(whole objects). A difference is an error. Default: false.",
  ).optional(),
  ...OBJECT_FIELDS,
  thresholds: PHASE_THRESHOLDS.optional(),
} as const;

function list<T extends z.ZodType>(item: T, field: string) {
  const description = `Values of \`${field}\`. Default: none.`;
  return z.array(item).min(1).optional().meta({ description });
}

/** The `matrix` of a phase: lists of values by field. */
export const MatrixSchema = z
  .strictObject({
    dataset: list(SETTINGS.dataset.unwrap(), "dataset"),
    operation: list(SETTINGS.operation.unwrap(), "operation"),
    access: list(SETTINGS.access.unwrap(), "access"),
    blockSize: list(SETTINGS.blockSize.unwrap(), "blockSize"),
    workers: list(SETTINGS.workers.unwrap(), "workers"),
    queueDepth: list(SETTINGS.queueDepth.unwrap(), "queueDepth"),
    hosts: list(SETTINGS.hosts.unwrap(), "hosts"),
    rate: list(SETTINGS.rate.unwrap(), "rate"),
    cache: list(SETTINGS.cache.unwrap(), "cache"),
    engine: list(SETTINGS.engine.unwrap(), "engine"),
    polling: list(SETTINGS.polling.unwrap(), "polling"),
    sync: list(SETTINGS.sync.unwrap(), "sync"),
    dsync: list(SETTINGS.dsync.unwrap(), "dsync"),
    partSize: list(SETTINGS.partSize.unwrap(), "partSize"),
    partConcurrency: list(SETTINGS.partConcurrency.unwrap(), "partConcurrency"),
    retries: list(SETTINGS.retries.unwrap(), "retries"),
    storageClass: list(SETTINGS.storageClass.unwrap(), "storageClass"),
    encryption: list(SETTINGS.encryption.unwrap(), "encryption"),
    checksum: list(SETTINGS.checksum.unwrap(), "checksum"),
    payload: list(SETTINGS.payload.unwrap(), "payload"),
    connections: list(SETTINGS.connections.unwrap(), "connections"),
    listing: list(SETTINGS.listing.unwrap(), "listing"),
    keysPerRequest: list(SETTINGS.keysPerRequest.unwrap(), "keysPerRequest"),
  })
  .meta({
    description:
      "Lists of values by field. The phase runs once for each combination; the last list varies " +
      "fastest. Default: none.",
    ...example({ blockSize: ["4KiB", "64KiB"], queueDepth: [1, 8] }),
  });

/** Fields of `defaults`, and of `--set field=value`. */
export const SettingsSchema = z
  .strictObject({ ...SETTINGS, mix: mix.optional() })
  .describe("Settings for all phases; a phase's own settings override them. Default: none.");

export type SettingsText = z.output<typeof SettingsSchema>;
/** A field of a phase that `defaults` and `--set` also accept. */
export type Field = keyof SettingsText;
