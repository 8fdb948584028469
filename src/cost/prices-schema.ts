import { z } from "zod";
import { RESTORE_TIERS } from "../model/plan/plan.ts";
import { VOLUME_KINDS } from "../model/target/kind.ts";
import { STORAGE_CLASSES } from "../model/target/storage-class.ts";
import {
  AVAILABILITIES,
  DEPLOYMENTS,
  FILE_CLASSES,
  MEDIA,
  THROUGHPUT_MODES,
} from "../model/target/target.ts";
import { choice, field, numeric, text, throughput } from "../yaml/fields.ts";

const filled = (description: string) => text(description, { rule: /\S/, words: "some text" });

const price = field({ description: "Price in USD.", type: "number", minimum: 0 }, (input) => {
  const value = numeric(input);
  if (value !== null && value >= 0) return { value };
  return { problem: "expected an amount in USD of at least 0, such as `0.08`" };
});

const whole = (unit: string) =>
  field({ description: `Whole ${unit}.`, type: "integer", minimum: 0 }, (input) => {
    const value = numeric(input);
    if (value !== null && Number.isInteger(value) && value >= 0) return { value };
    return { problem: `expected a whole number of ${unit} of at least 0` };
  });

const named = filled("Key of `sources`.");
const ADDRESS = { rule: /^https?:\/\/\S+$/, words: "an address that begins with https://" };
const source = z.strictObject({
  title: filled("Title of the page with the price."),
  address: text("Address of the page.", ADDRESS),
  date: filled("Date when the page was read, as precisely as known."),
});

const priced = z.strictObject({ price, source: named });
const restore = z.strictObject({ request: price, retrieval: price, source: named.optional() });

const classPrices = z.strictObject({
  write: price,
  read: price,
  retrieval: price.optional(),
  upload: price.optional(),
  storage: price,
  minimumDays: whole("days").optional(),
  minimumBytes: whole("bytes").optional(),
  archive: z.strictObject({ indexBytes: whole("bytes"), standardBytes: whole("bytes") }).optional(),
  restore: z.partialRecord(z.enum(RESTORE_TIERS), restore).optional(),
  source: named,
});

const iopsTier = z.strictObject({ above: whole("operations per second"), price, source: named });
const ABOVE = "Lower end of the tier; the price applies above it.";
const throughputTier = z.strictObject({ above: throughput(ABOVE), price, source: named });

const volume = z.strictObject({
  perGibMonth: priced,
  iops: z.array(iopsTier).min(1).optional(),
  throughput: z.array(throughputTier).min(1).optional(),
});

const fileClass = z.strictObject({
  availability: choice("Availability of the file system.", AVAILABILITIES),
  fileClass: choice("Storage class of the files.", FILE_CLASSES),
  modes: z.array(choice("Throughput mode.", THROUGHPUT_MODES)).min(1).optional(),
  price,
  source: named,
});

const efs = z.strictObject({
  perGibMonth: z.array(fileClass).min(1),
  read: priced,
  write: priced,
  infrequentRead: priced,
  archiveRead: priced,
  throughput: priced,
});

const lustre = z.strictObject({
  deployment: choice("Deployment type.", DEPLOYMENTS),
  medium: choice("Storage medium.", MEDIA),
  throughputPerTiB: throughput("Throughput per TiB of size.").optional(),
  price,
  source: named,
});

/** A price list. `parsePrices` checks that sources exist and tiers ascend. */
export const PricesFile = z.strictObject({
  region: filled("Region of the prices."),
  currency: choice("Currency of the prices.", ["USD"]),
  sources: z.record(z.string(), source),
  classes: z.record(z.enum(STORAGE_CLASSES), classPrices),
  transferOut: priced,
  acceleration: priced,
  volumes: z.record(z.enum(VOLUME_KINDS), volume),
  efs,
  "fsx-lustre": z.array(lustre).min(1),
});

/** Prices of S3 requests and of storage, in USD, each with its source. */
export type Prices = z.output<typeof PricesFile>;
export type VolumePrices = z.output<typeof volume>;
