import { z } from "zod";
import type { Fields } from "../../model/run/stored-json.ts";
import { expectedKeyPrefix, leadsElsewhere } from "../../model/target/key-prefix.ts";
import { TARGET_KINDS } from "../../model/target/kind.ts";
import {
  type Address,
  AVAILABILITIES,
  type BucketAddress,
  DEPLOYMENTS,
  FILE_CLASSES,
  type Instance,
  MEDIA,
  ORIGINS,
  PERFORMANCE_MODES,
  type Provisioned,
  type ReachedBy,
  type SyntheticBehaviour,
  type SyntheticCredits,
  type SyntheticLatency,
  type TargetSpec,
  THROUGHPUT_MODES,
} from "../../model/target/target.ts";
import { MAX_ENTRIES } from "./bounds.ts";
import { amount, count, name, ns, positive, share, text } from "./values.ts";

export const targetKind = z.enum(TARGET_KINDS);

/** Provisioned facts, each with the schema of its value. */
export const PROVISIONED_FACTS = {
  sizeBytes: count.describe("size of the volume or file system"),
  iops: amount.describe("provisioned IOPS"),
  throughputBytesPerSecond: amount.describe("provisioned throughput"),
  origin: z.enum(ORIGINS).describe("whether the volume was created empty or from a snapshot"),
  initialised: z.boolean().describe("whether every block of the volume was accessed before"),
  encrypted: z.boolean().describe("whether the storage is encrypted"),
  zone: text.describe("Availability Zone of the storage"),
  throughputMode: z.enum(THROUGHPUT_MODES).describe("EFS throughput mode"),
  performanceMode: z.enum(PERFORMANCE_MODES).describe("EFS performance mode"),
  availability: z.enum(AVAILABILITIES).describe("EFS availability"),
  storedBytes: count.describe("bytes in the EFS Standard class, the base of bursting rates"),
  fileClass: z.enum(FILE_CLASSES).describe("EFS storage class of the measured files"),
  deployment: z.enum(DEPLOYMENTS).describe("FSx for Lustre deployment type"),
  medium: z.enum(MEDIA).describe("FSx for Lustre storage medium"),
  throughputPerTibBytesPerSecond: amount.describe("FSx for Lustre throughput per TiB"),
  metadataIops: amount.describe("provisioned metadata IOPS"),
  linkedToS3: z.boolean().describe("whether files are loaded from S3 on first access"),
  untouchedDays: amount.describe("days since the last access to reused data"),
} satisfies Fields<Provisioned>;

/** Facts of the host that generates the load. */
export const INSTANCE_FACTS = {
  type: text.describe("instance type, such as `m6a.4xlarge`"),
  region: text.describe("AWS Region"),
  zone: text.describe("Availability Zone"),
  ebsBaselineBytesPerSecond: amount.describe("EBS baseline throughput"),
  ebsMaximumBytesPerSecond: amount.describe("EBS maximum throughput, at least 30 min a day"),
  ebsBaselineIops: amount.describe("EBS baseline IOPS"),
  ebsMaximumIops: amount.describe("EBS maximum IOPS, at least 30 min a day"),
  networkBaselineBytesPerSecond: amount.describe("network baseline throughput"),
  networkMaximumBytesPerSecond: amount.describe("network maximum throughput"),
} satisfies Fields<Instance>;

/** `clean` deletes below this prefix, so it must not lead to another bucket. */
const keyPrefix = text.check(({ value, issues }) => {
  const message = expectedKeyPrefix(value);
  if (message !== null) issues.push({ code: "custom", message, input: value });
});
const bucketName = text.refine((value) => !leadsElsewhere(value), "the name of a bucket");

const bucket = {
  endpoint: text.exactOptional().describe("endpoint; absent for the one of the AWS Region"),
  region: text.describe("Region"),
  bucket: bucketName.describe("bucket, or ARN or alias of an access point"),
  prefix: keyPrefix.describe("key prefix of all objects of a run"),
  pathStyle: z.boolean().describe("whether the bucket is in the path instead of the host name"),
  caPath: text.exactOptional().describe("file with the certificate authority of the endpoint"),
  profile: text.exactOptional().describe("profile of the AWS configuration"),
  endpoints: z
    .array(text)
    .max(MAX_ENTRIES)
    .exactOptional()
    .describe("all endpoints that requests alternate between"),
  accelerate: z.boolean().exactOptional().describe("S3 Transfer Acceleration"),
  dualStack: z.boolean().exactOptional().describe("dual-stack endpoints (IPv6)"),
  fips: z.boolean().exactOptional().describe("FIPS endpoints"),
  requesterPays: z.boolean().exactOptional().describe("whether this account pays for requests"),
} satisfies Fields<BucketAddress>;

type Latency<Kind extends SyntheticLatency["kind"]> = Fields<
  Extract<SyntheticLatency, { kind: Kind }>
>;

const latency = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("fixed").describe("constant latency"),
    ns: ns.describe("latency"),
  } satisfies Latency<"fixed">),
  z.object({
    kind: z.literal("uniform").describe("uniform distribution"),
    minNs: ns.describe("minimum"),
    maxNs: ns.describe("maximum"),
  } satisfies Latency<"uniform">),
  z.object({
    kind: z.literal("exponential").describe("exponential distribution"),
    meanNs: ns.describe("mean"),
  } satisfies Latency<"exponential">),
  z.object({
    kind: z.literal("bimodal").describe("two latencies"),
    fastNs: ns.describe("lower latency"),
    slowNs: ns.describe("higher latency"),
    slowShare: share.describe("share of operations with the higher latency"),
  } satisfies Latency<"bimodal">),
]);

const windows = z
  .array(
    z.object({
      atNs: ns.describe("start of the window"),
      durationNs: ns.describe("length of the window"),
    }),
  )
  .max(MAX_ENTRIES);

const credits = z.object({
  burstPerSecond: amount.describe("rate while credits last, operations/s"),
  baselinePerSecond: amount.describe("rate at which credits accrue, operations/s"),
  operations: count.describe("maximum number of credits, and their number at the start"),
} satisfies Fields<SyntheticCredits>);

const synthetic = z.looseObject({
  latency: latency.describe("service time of an operation"),
  stalls: windows.describe("windows in which operations wait until the end of the window"),
  errorEvery: count.describe("every n-th operation fails; 0 for none"),
  failures: windows.exactOptional().describe("windows in which all operations fail"),
  hangEvery: count.exactOptional().describe("every n-th operation never completes; 0 for none"),
  bytesPerSecond: amount.describe("throughput limit per worker; 0 for none"),
  servers: count.exactOptional().describe("operations served concurrently per worker; 0: all"),
  credits: credits.nullable().exactOptional().describe("burst credits; null for none"),
  shared: z
    .boolean()
    .exactOptional()
    .describe("whether throughput limit and credits apply to all workers together"),
} satisfies Fields<SyntheticBehaviour>);

type At<Kind extends Address["kind"]> = Fields<Extract<Address, { kind: Kind }>>;

/** Unknown fields of an address are kept: they make the target a different one. */
const address = z.discriminatedUnion("kind", [
  z.looseObject({
    kind: z.literal("path").describe("directory"),
    path: text.min(1).describe("absolute path"),
  } satisfies At<"path">),
  z.looseObject({
    kind: z.literal("device").describe("block device"),
    path: text.min(1).describe("path of the device"),
    writable: z.boolean().describe("whether `--allow-destructive` or `--overwrite-data` was given"),
    losesData: z
      .literal(true)
      .exactOptional()
      .describe("set if `--overwrite-data` allowed overwriting data of unknown format"),
  } satisfies At<"device">),
  z.looseObject({
    kind: z.literal("bucket").describe("bucket"),
    ...bucket,
  } satisfies At<"bucket">),
  z.looseObject({
    kind: z.literal("memory").describe("no storage: the `null` and `synthetic` engines"),
    synthetic: synthetic.nullable().describe("behavior of the `synthetic` engine, else null"),
  } satisfies At<"memory">),
]);

const reachedBy = {
  endpoint: text.exactOptional().describe("source of the endpoint"),
  region: text.exactOptional().describe("source of the Region"),
  pathStyle: text.exactOptional().describe("source of the addressing style"),
  profile: text.exactOptional().describe("source of the profile"),
  fips: text.exactOptional().describe("source of the FIPS setting"),
  dualStack: text.exactOptional().describe("source of the dual-stack setting"),
} satisfies Fields<ReachedBy>;

export const target = z
  .looseObject({
    name: name.describe("name of the target"),
    kind: targetKind.describe("target kind"),
    address: address.describe("path, device or bucket"),
    provisioned: optionalFields(PROVISIONED_FACTS).describe("declared size, IOPS and throughput"),
    pathByHost: z
      .record(name, text)
      .exactOptional()
      .describe("paths of hosts that mount the storage elsewhere, by name"),
    instance: optionalFields(INSTANCE_FACTS).exactOptional().describe("declared instance"),
    reachedBy: z
      .object(reachedBy)
      .exactOptional()
      .describe("sources of bucket settings that the target does not set itself"),
    emulated: z
      .object({ scale: positive.describe("factor by which burst credits are smaller") })
      .exactOptional()
      .describe("set if the target only imitates its AWS storage type"),
  } satisfies Fields<TargetSpec>)
  .meta({ id: "Target", description: "Target of a run, as declared. Contains no secrets." });

/** An object whose fields are all optional. */
function optionalFields<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const fields = Object.entries(shape).map(([field, value]) => [field, value.exactOptional()]);
  return z.object(
    Object.fromEntries(fields) as { [Name in keyof Shape]: z.ZodExactOptional<Shape[Name]> },
  );
}
