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

/** Default of most declared facts. */
const FROM_AWS = "Default: as described by the AWS API, otherwise unknown.";
const UNKNOWN = "Default: unknown.";
/** JSON Schema keyword with an example of a value. */
const example = (value: unknown) => ({ examples: [value] });

/** Provisioned performance and configuration, as written. */
export const ProvisionedSchema = z
  .strictObject({
    size: size(`Size of the volume or file system. ${FROM_AWS}`).meta(example("500GiB")).optional(),
    iops: iops(`Provisioned IOPS of the volume. ${FROM_AWS}`).meta(example(6000)).optional(),
    throughput: throughput(
      "Provisioned throughput of the volume, of EFS in throughput mode `provisioned`, or of the " +
        `whole FSx file system. ${FROM_AWS}`,
    )
      .meta(example("250MiB/s"))
      .optional(),
    origin: choice(
      `Source of the volume. Blocks of a snapshot are slow at first access. ${FROM_AWS}`,
      ORIGINS,
    ).optional(),
    initialised: yes(
      "Whether the volume is initialized: all blocks were accessed since its creation, or fast " +
        `snapshot restore was enabled. ${FROM_AWS}`,
    ).optional(),
    encrypted: yes(`Whether the storage is encrypted at rest. ${FROM_AWS}`).optional(),
    zone: text(`Availability Zone, by name or id. ${FROM_AWS}`, {
      rule: /^[a-z]{2,4}(-[a-z]+)+-?[0-9]+-?[a-z0-9-]*$|^[a-z]{3,4}[0-9]+-az[0-9]+$/,
      words: "an Availability Zone such as `eu-west-1a` or `euw1-az1`",
    })
      .meta(example("eu-west-1a"))
      .optional(),
    throughputMode: choice(`EFS throughput mode. ${FROM_AWS}`, THROUGHPUT_MODES).optional(),
    performanceMode: choice(`EFS performance mode. ${FROM_AWS}`, PERFORMANCE_MODES).optional(),
    availability: choice(`EFS availability. ${FROM_AWS}`, AVAILABILITIES).optional(),
    stored: size(
      "Data stored in the EFS Standard class, which determines the rates of throughput mode " +
        `\`bursting\`. ${FROM_AWS}`,
    )
      .meta(example("2TiB"))
      .optional(),
    fileClass: choice(`EFS storage class of the measured files. ${UNKNOWN}`, FILE_CLASSES)
      .meta(example("infrequent-access"))
      .optional(),
    deployment: choice(`FSx for Lustre deployment type. ${FROM_AWS}`, DEPLOYMENTS)
      .meta(example("persistent-2"))
      .optional(),
    medium: choice(`FSx for Lustre storage medium. ${FROM_AWS}`, MEDIA).optional(),
    throughputPerTiB: throughput(`FSx for Lustre throughput per TiB of size. ${FROM_AWS}`)
      .meta(example("125MB/s"))
      .optional(),
    metadataIops: iops(`FSx for Lustre provisioned metadata IOPS. ${FROM_AWS}`)
      .meta(example(6000))
      .optional(),
    linkedToS3: yes(
      `Whether FSx for Lustre loads files from a linked bucket at first access. ${FROM_AWS}`,
    ).optional(),
    untouchedDays: whole(
      `Days since the last access to reused data in a bucket or in EFS. ${UNKNOWN}`,
      0,
      100_000,
    )
      .meta(example(45))
      .optional(),
  })
  .meta({
    description:
      "Provisioned performance and configuration, which verdicts compare with. Default: as " +
      "described by the AWS API, otherwise unknown.",
    ...example({ size: "500GiB", iops: 6000, throughput: "250MiB/s" }),
  });

export type ProvisionedText = z.output<typeof ProvisionedSchema>;

const FROM_TYPE = "Default: the published limit of the instance type, otherwise unknown.";

const TYPE = {
  rule: /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
  words: "an instance type such as `m6a.4xlarge`",
} as const;

/** One limit, or a baseline and a maximum of an instance that bursts. */
function limit<T extends z.ZodType>(one: T, value: unknown, description: string) {
  const both = z
    .strictObject({ baseline: one, maximum: one })
    .describe("Baseline, and maximum during a burst.");
  return z
    .union([one, both])
    .meta({ description: `${description} ${FROM_TYPE}`, ...example(value) });
}

/** The host that measures: its instance type, or its limits. */
export const InstanceSchema = z
  .union([
    text("Instance type; assay knows its limits.", TYPE),
    z
      .strictObject({
        type: text(`Instance type. ${UNKNOWN}`, TYPE).meta(example("m6a.4xlarge")).optional(),
        ebsThroughput: limit(
          throughput("Bytes per second.").meta(example("1250MB/s")),
          { baseline: "87.5MB/s", maximum: "437.5MB/s" },
          "EBS throughput limit of the instance.",
        ).optional(),
        ebsIops: limit(
          iops("Operations per second.").meta(example(40_000)),
          40_000,
          "EBS IOPS limit of the instance.",
        ).optional(),
        network: limit(
          bandwidth("Bits per second.").meta(example("12.5Gb/s")),
          "12.5Gb/s",
          "Network bandwidth of the instance.",
        ).optional(),
      })
      .describe("Limits of the instance."),
  ])
  .meta({
    description:
      "EC2 instance that runs assay, by its type or its limits. Default: detected on the host.",
    ...example("m6a.4xlarge"),
  });

type InstanceText = z.output<typeof InstanceSchema>;

/** Whether the storage imitates an AWS storage type. */
export const EmulatedSchema = z
  .union([
    yes("Whether the storage imitates an AWS storage type."),
    z
      .strictObject({
        scale: positive("Factor by which burst credits are smaller than those of AWS.").meta(
          example(1000),
        ),
      })
      .describe("Emulated storage with smaller burst credits."),
  ])
  .meta({
    description:
      "Whether the storage imitates an AWS storage type. Reports and verdicts state it. " +
      "Default: no.",
    ...example({ scale: 1000 }),
  });

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

/** The instance facts in base units. A single limit is both baseline and maximum. */
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
