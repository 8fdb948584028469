import { z } from "zod";
import type { BlockDevice, Environment, Mount } from "../../model/run/environment.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { BACKINGS, type Backing } from "../../model/target/backing.ts";
import type { StorageKnowledge } from "../../model/target/knowledge.ts";
import { INSTANCE_FACTS, PROVISIONED_FACTS, targetKind } from "./target.ts";
import { amount, byName, change, count, positive, text, texts } from "./values.ts";

const mount = z.object({
  mountPoint: text.describe("mount point"),
  source: text.describe("mounted device or export"),
  type: text.describe("file system type"),
  options: texts.describe("mount options"),
  deviceNumber: text.describe("`major:minor` of the device"),
} satisfies Fields<Mount>);

const device = z.object({
  name: text.describe("name of the block device"),
  model: text.nullable().describe("model; null if unknown"),
  serial: text.nullable().describe("serial number; null if unknown"),
  scheduler: text.nullable().describe("I/O scheduler; null if unknown"),
  rotational: z.boolean().nullable().describe("whether it is a hard disk; null if unknown"),
  sizeBytes: count.nullable().describe("size; null if unknown"),
  logicalBlockBytes: count.nullable().describe("logical block size; null if unknown"),
  physicalBlockBytes: count.nullable().describe("physical block size; null if unknown"),
  queueRequests: count.nullable().describe("requests in the queue of the kernel; null if unknown"),
  maxSectorsKib: count.nullable().describe("maximum size of a request in KiB; null if unknown"),
  readAheadKib: count.nullable().describe("read-ahead in KiB; null if unknown"),
} satisfies Fields<BlockDevice>);

const cgroup = z.object({
  version: z
    .union([z.literal(1), z.literal(2), z.null()])
    .describe("version of the control groups; null without them"),
  cpuQuotaCores: amount.nullable().describe("CPU quota in CPUs; null without one"),
  memoryLimitBytes: amount.nullable().describe("memory limit; null without one"),
} satisfies Fields<Environment["cgroup"]>);

export const environment = z
  .object({
    kernel: text.describe("kernel version"),
    architecture: text.describe("CPU architecture"),
    cpuModel: text.describe("CPU model"),
    cpus: positive.describe("number of CPUs"),
    memoryBytes: count.describe("memory of the host"),
    cgroup: cgroup.describe("limits of the control group"),
    hugePages: text.nullable().exactOptional().describe("huge pages: `always`, `madvise`, `never`"),
    clockSource: text.nullable().describe("clock source of the kernel; null if unknown"),
    nodeVersion: text.describe("version of Node.js"),
    packages: byName(text).describe("versions of the packages that issue or measure operations"),
    virtualization: text.nullable().describe("hypervisor or container; null if none is known"),
    mount: mount.nullable().describe("mount of the target; null without a path"),
    device: device.nullable().describe("block device of the target; null without one"),
  } satisfies Fields<Environment>)
  .meta({ id: "Environment", description: "Host and software of the run." });

const source = z.enum(["declared", "detected", "described", "published", "declared-after"]);

/** Facts, each with its source; an unknown fact is absent. */
function known<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const facts = Object.entries(shape).map(([fact, value]) => [
    fact,
    z
      .object({ value, from: source.describe("source of the value") })
      .exactOptional()
      .describe(value.description ?? fact),
  ]);
  type Fact<Value extends z.ZodType> = z.ZodObject<{ value: Value; from: typeof source }>;
  return z.object(
    Object.fromEntries(facts) as {
      [Name in keyof Shape]: z.ZodExactOptional<Fact<Shape[Name]>>;
    },
  );
}

const backing: z.ZodType<Backing> = z
  .object({
    kind: z.enum(BACKINGS).describe("kind of storage below the path"),
    id: text.nullable().describe("id of the volume or file system; null if unknown"),
    evidence: text.describe("observation that shows it"),
    members: z.lazy(() => z.array(backing)).describe("disks of an array or volume group"),
    arrangement: text.exactOptional().describe("`raid0`, `lvm`, `crypt`; absent with one disk"),
    mountOptions: texts.describe("mount options that AWS gives advice on"),
  } satisfies Fields<Backing>)
  .meta({ id: "Backing", description: "Storage below a path, as the host shows it." });

export const storage = z
  .object({
    describedKind: targetKind.exactOptional().describe("kind that the AWS API describes"),
    backing: backing.nullable().describe("storage below the path; null if unknown"),
    provisioned: known(PROVISIONED_FACTS).describe("provisioned size, IOPS and throughput"),
    instance: known(INSTANCE_FACTS).describe("EC2 instance and its limits"),
    states: byName(z.union([text, change])).describe("states such as burst credits, by name"),
    mismatches: texts.describe("declared facts that the host or AWS contradicts"),
    misfit: text
      .nullable()
      .exactOptional()
      .describe("mismatch that makes the run unusable as evidence; null for none"),
    unknown: texts.describe("facts that could not be determined, and why"),
  } satisfies Fields<StorageKnowledge>)
  .meta({ id: "Storage", description: "Facts about the target, each with its source." });
