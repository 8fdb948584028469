import { z } from "zod";
import type { BlockDevice, Environment, Mount } from "../../model/run/environment.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { BACKINGS, type Backing } from "../../model/target/backing.ts";
import type { StorageKnowledge } from "../../model/target/knowledge.ts";
import { INSTANCE_FACTS, PROVISIONED_FACTS, targetKind } from "./target.ts";
import { amount, byName, change, count, positive, text, texts } from "./values.ts";

const mount = z.object({
  mountPoint: text,
  source: text,
  type: text,
  options: texts,
  deviceNumber: text,
} satisfies Fields<Mount>);

const device = z.object({
  name: text,
  model: text.nullable(),
  serial: text.nullable(),
  scheduler: text.nullable(),
  rotational: z.boolean().nullable(),
  sizeBytes: count.nullable(),
  logicalBlockBytes: count.nullable(),
  physicalBlockBytes: count.nullable(),
  queueRequests: count.nullable(),
  maxSectorsKib: count.nullable(),
  readAheadKib: count.nullable(),
} satisfies Fields<BlockDevice>);

export const environment = z.object({
  kernel: text,
  architecture: text,
  cpuModel: text,
  cpus: positive,
  memoryBytes: count,
  cgroup: z.object({
    version: z.union([z.literal(1), z.literal(2), z.null()]),
    cpuQuotaCores: amount.nullable(),
    memoryLimitBytes: amount.nullable(),
  } satisfies Fields<Environment["cgroup"]>),
  hugePages: text.nullable().exactOptional(),
  clockSource: text.nullable(),
  nodeVersion: text,
  packages: byName(text),
  virtualization: text.nullable(),
  mount: mount.nullable(),
  device: device.nullable(),
} satisfies Fields<Environment>);

const source = z.enum(["declared", "detected", "described", "published"]);

/** Facts with where each comes from; a fact that is not known is absent. */
function known<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const facts = Object.entries(shape).map(([fact, value]) => [
    fact,
    z.object({ value, from: source }).exactOptional(),
  ]);
  type Fact<Value extends z.ZodType> = z.ZodObject<{ value: Value; from: typeof source }>;
  return z.object(
    Object.fromEntries(facts) as {
      [Name in keyof Shape]: z.ZodExactOptional<Fact<Shape[Name]>>;
    },
  );
}

const backing: z.ZodType<Backing> = z.object({
  kind: z.enum(BACKINGS),
  id: text.nullable(),
  evidence: text,
  members: z.lazy(() => z.array(backing)),
  arrangement: text.exactOptional(),
  mountOptions: texts,
} satisfies Fields<Backing>);

export const storage = z.object({
  describedKind: targetKind.exactOptional(),
  backing: backing.nullable(),
  provisioned: known(PROVISIONED_FACTS),
  instance: known(INSTANCE_FACTS),
  states: byName(z.union([text, change])),
  mismatches: texts,
  misfit: text.nullable().exactOptional(),
  unknown: texts,
} satisfies Fields<StorageKnowledge>);
