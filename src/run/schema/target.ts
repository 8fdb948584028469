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
import { amount, count, MAX_ENTRIES, name, ns, positive, share, text } from "./values.ts";

export const targetKind = z.enum(TARGET_KINDS);

/** Facts of what was provisioned, each with the schema of its value. */
export const PROVISIONED_FACTS = {
  sizeBytes: count,
  iops: amount,
  throughputBytesPerSecond: amount,
  origin: z.enum(ORIGINS),
  initialised: z.boolean(),
  encrypted: z.boolean(),
  zone: text,
  throughputMode: z.enum(THROUGHPUT_MODES),
  performanceMode: z.enum(PERFORMANCE_MODES),
  availability: z.enum(AVAILABILITIES),
  storedBytes: count,
  fileClass: z.enum(FILE_CLASSES),
  deployment: z.enum(DEPLOYMENTS),
  medium: z.enum(MEDIA),
  throughputPerTibBytesPerSecond: amount,
  metadataIops: amount,
  linkedToS3: z.boolean(),
  untouchedDays: amount,
} satisfies Fields<Provisioned>;

/** Facts of the host that measures. */
export const INSTANCE_FACTS = {
  type: text,
  region: text,
  zone: text,
  ebsBaselineBytesPerSecond: amount,
  ebsMaximumBytesPerSecond: amount,
  ebsBaselineIops: amount,
  ebsMaximumIops: amount,
  networkBaselineBytesPerSecond: amount,
  networkMaximumBytesPerSecond: amount,
} satisfies Fields<Instance>;

/** `clean` works where a stored run says: nothing in it may lead to another bucket. */
const keyPrefix = text.check(({ value, issues }) => {
  const message = expectedKeyPrefix(value);
  if (message !== null) issues.push({ code: "custom", message, input: value });
});
const bucketName = text.refine((value) => !leadsElsewhere(value), "the name of a bucket");

const bucket = {
  endpoint: text.exactOptional(),
  region: text,
  bucket: bucketName,
  prefix: keyPrefix,
  pathStyle: z.boolean(),
  caPath: text.exactOptional(),
  profile: text.exactOptional(),
  endpoints: z.array(text).max(MAX_ENTRIES).exactOptional(),
  accelerate: z.boolean().exactOptional(),
  dualStack: z.boolean().exactOptional(),
  fips: z.boolean().exactOptional(),
  requesterPays: z.boolean().exactOptional(),
} satisfies Fields<BucketAddress>;

type Latency<Kind extends SyntheticLatency["kind"]> = Fields<
  Extract<SyntheticLatency, { kind: Kind }>
>;

const latency = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("fixed"), ns } satisfies Latency<"fixed">),
  z.object({ kind: z.literal("uniform"), minNs: ns, maxNs: ns } satisfies Latency<"uniform">),
  z.object({ kind: z.literal("exponential"), meanNs: ns } satisfies Latency<"exponential">),
  z.object({
    kind: z.literal("bimodal"),
    fastNs: ns,
    slowNs: ns,
    slowShare: share,
  } satisfies Latency<"bimodal">),
]);

const windows = z.array(z.object({ atNs: ns, durationNs: ns })).max(MAX_ENTRIES);

const synthetic = z.looseObject({
  latency,
  stalls: windows,
  errorEvery: count,
  failures: windows.exactOptional(),
  hangEvery: count.exactOptional(),
  bytesPerSecond: amount,
  servers: count.exactOptional(),
  credits: z
    .object({
      burstPerSecond: amount,
      baselinePerSecond: amount,
      operations: count,
    } satisfies Fields<SyntheticCredits>)
    .nullable()
    .exactOptional(),
} satisfies Fields<SyntheticBehaviour>);

type At<Kind extends Address["kind"]> = Fields<Extract<Address, { kind: Kind }>>;

/** What this version does not know of an address is kept: it makes the target another one. */
const address = z.discriminatedUnion("kind", [
  z.looseObject({ kind: z.literal("path"), path: text.min(1) } satisfies At<"path">),
  z.looseObject({
    kind: z.literal("device"),
    path: text.min(1),
    writable: z.boolean(),
  } satisfies At<"device">),
  z.looseObject({ kind: z.literal("bucket"), ...bucket } satisfies At<"bucket">),
  z.looseObject({
    kind: z.literal("memory"),
    synthetic: synthetic.nullable(),
  } satisfies At<"memory">),
]);

const reachedBy = {
  endpoint: text.exactOptional(),
  region: text.exactOptional(),
  pathStyle: text.exactOptional(),
  profile: text.exactOptional(),
  fips: text.exactOptional(),
  dualStack: text.exactOptional(),
} satisfies Fields<ReachedBy>;

export const target = z.looseObject({
  name,
  kind: targetKind,
  address,
  provisioned: optionalFields(PROVISIONED_FACTS),
  instance: optionalFields(INSTANCE_FACTS).exactOptional(),
  reachedBy: z.object(reachedBy).exactOptional(),
  emulated: z.object({ scale: positive }).exactOptional(),
} satisfies Fields<TargetSpec>);

/** An object of which every field may be absent. */
function optionalFields<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const fields = Object.entries(shape).map(([field, value]) => [field, value.exactOptional()]);
  return z.object(
    Object.fromEntries(fields) as { [Name in keyof Shape]: z.ZodExactOptional<Shape[Name]> },
  );
}
