import { z } from "zod";
import {
  AVAILABILITIES,
  DEPLOYMENTS,
  FILE_CLASSES,
  type Instance,
  MEDIA,
  ORIGINS,
  PERFORMANCE_MODES,
  type Provisioned,
  THROUGHPUT_MODES,
} from "../../model/target/target.ts";
import {
  bandwidth,
  choice,
  iops,
  positive,
  size,
  text,
  throughput,
  whole,
  yes,
} from "../../yaml/fields.ts";

/** What was paid for and how it is set up, as written. */
export const ProvisionedSchema = z
  .strictObject({
    size: size("Size of the volume or file system.").optional(),
    iops: iops("Provisioned operations per second, `6000`.").optional(),
    throughput: throughput(
      "Provisioned throughput, `250MiB/s`: of a volume, of EFS in its mode `provisioned`, or of " +
        "a whole file system.",
    ).optional(),
    origin: choice("What a volume was made from.", ORIGINS).optional(),
    initialised: yes("Every block was touched since, or fast restore was on.").optional(),
    encrypted: yes("Encrypted at rest.").optional(),
    zone: text("Availability zone it lies in, `eu-west-1a`, or the zone's id.", {
      rule: /^[a-z]{2,4}(-[a-z]+)+-?[0-9]+-?[a-z0-9-]*$|^[a-z]{3,4}[0-9]+-az[0-9]+$/,
      words: "an availability zone such as `eu-west-1a` or `euw1-az1`",
    }).optional(),
    throughputMode: choice("Of EFS.", THROUGHPUT_MODES).optional(),
    performanceMode: choice("Of EFS.", PERFORMANCE_MODES).optional(),
    availability: choice("Of EFS.", AVAILABILITIES).optional(),
    stored: size(
      "Of EFS: stored in its Standard class, where bursting takes its rates from.",
    ).optional(),
    fileClass: choice("Of EFS: the class the measured files are in.", FILE_CLASSES).optional(),
    deployment: choice("Of FSx for Lustre.", DEPLOYMENTS).optional(),
    medium: choice("Of FSx for Lustre.", MEDIA).optional(),
    throughputPerTiB: throughput("Of FSx for Lustre, for each TiB: `125MB/s`.").optional(),
    metadataIops: iops("Of FSx for Lustre.").optional(),
    linkedToS3: yes("Of FSx for Lustre: files come from a bucket at first.").optional(),
    untouchedDays: whole(
      "Of a bucket or EFS: days since the reused data was last accessed.",
      0,
      100_000,
    ).optional(),
  })
  .describe("What was paid for and how it is set up: the yardstick of verdicts. Absent: unknown.");

export type ProvisionedText = z.output<typeof ProvisionedSchema>;

const TYPE = {
  rule: /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
  words: "an instance type such as `m6a.4xlarge`",
} as const;

/** One limit, or what is kept for ever and what is there for a while. */
function limit<T extends z.ZodType>(one: T, description: string) {
  const both = z.strictObject({ baseline: one, maximum: one });
  return z.union([one, both]).describe(description);
}

/** The machine that measures: its type, or its limits by hand. */
export const InstanceSchema = z
  .union([
    text("Instance type, `m6a.4xlarge`: its limits are known.", TYPE),
    z.strictObject({
      type: text("Instance type, `m6a.4xlarge`.", TYPE).optional(),
      ebsThroughput: limit(throughput("`1250MB/s`."), "What it lets through to EBS.").optional(),
      ebsIops: limit(iops("`40000`."), "Operations it lets through to EBS.").optional(),
      network: limit(bandwidth("`12.5Gb/s`."), "What its network lets through.").optional(),
    }),
  ])
  .describe("The machine that measures. Unless said, it is asked itself.");

type InstanceText = z.output<typeof InstanceSchema>;

/** That it is no storage of Amazon's. */
export const EmulatedSchema = z
  .union([
    yes("It is no storage of Amazon's but behaves as one of its kind would."),
    z.strictObject({
      scale: positive("So many times smaller is a bucket of credits, `1000`."),
    }),
  ])
  .describe("No storage of Amazon's that behaves as one of its kind would.");

/** The facts in base units. */
export function toProvisioned(written: ProvisionedText): Provisioned {
  const { size, throughput, stored, throughputPerTiB, ...others } = written;
  const facts: Provisioned = {
    ...(size !== undefined && { sizeBytes: size }),
    ...(throughput !== undefined && { throughputBytesPerSecond: throughput }),
    ...(stored !== undefined && { storedBytes: stored }),
    ...(throughputPerTiB !== undefined && { throughputPerTibBytesPerSecond: throughputPerTiB }),
  };
  return { ...facts, ...given(others) };
}

/** One number is what is kept and no more. */
export function toInstance(written: InstanceText): Instance {
  if (typeof written === "string") return { type: written };
  const { type, ebsThroughput, ebsIops, network } = written;
  const ends = (one: number | { baseline: number; maximum: number }) =>
    typeof one === "number" ? { baseline: one, maximum: one } : one;
  const facts: Record<string, string | number> = type === undefined ? {} : { type };
  if (ebsThroughput !== undefined) {
    facts.ebsBaselineBytesPerSecond = ends(ebsThroughput).baseline;
    facts.ebsMaximumBytesPerSecond = ends(ebsThroughput).maximum;
  }
  if (ebsIops !== undefined) {
    facts.ebsBaselineIops = ends(ebsIops).baseline;
    facts.ebsMaximumIops = ends(ebsIops).maximum;
  }
  if (network !== undefined) {
    facts.networkBaselineBytesPerSecond = ends(network).baseline;
    facts.networkMaximumBytesPerSecond = ends(network).maximum;
  }
  return facts;
}

type Given<T> = { [Name in keyof T]?: NonNullable<T[Name]> };

function given<T extends object>(facts: T): Given<T> {
  const there = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as Given<T>;
}
