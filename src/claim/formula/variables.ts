import { OPERATIONS } from "../../model/plan/operation.ts";
import {
  ACCESS_PATTERNS,
  CACHE_POLICIES,
  ENGINE_NAMES,
  RESTORE_TIERS,
} from "../../model/plan/plan.ts";
import { TARGET_KINDS } from "../../model/target/kind.ts";
import { STORAGE_CLASSES } from "../../model/target/storage-class.ts";
import {
  AVAILABILITIES,
  DEPLOYMENTS,
  FILE_CLASSES,
  MEDIA,
  ORIGINS,
  PERFORMANCE_MODES,
  THROUGHPUT_MODES,
} from "../../model/target/target.ts";

/** What a variable holds; `values` are all that a text can be, where they are known. */
export type VariableType =
  | { readonly type: "number" }
  | { readonly type: "flag" }
  | { readonly type: "text"; readonly values: readonly string[] | null };

const NUMBER = { type: "number" } as const;
const FLAG = { type: "flag" } as const;

/** Facts of a target and of the machine that measures it, known or not. */
export const FACTS: Readonly<Record<string, VariableType>> = {
  kind: oneOf(TARGET_KINDS),
  size_gib: NUMBER,
  size_tib: NUMBER,
  iops: NUMBER,
  throughput_mibs: NUMBER,
  throughput_mbs: NUMBER,
  throughput_per_tib_mbs: NUMBER,
  stored_gib: NUMBER,
  stored_tib: NUMBER,
  metadata_iops: NUMBER,
  origin: oneOf(ORIGINS),
  initialised: FLAG,
  encrypted: FLAG,
  zone: oneOf(null),
  throughput_mode: oneOf(THROUGHPUT_MODES),
  performance_mode: oneOf(PERFORMANCE_MODES),
  availability: oneOf(AVAILABILITIES),
  file_class: oneOf(FILE_CLASSES),
  deployment: oneOf(DEPLOYMENTS),
  medium: oneOf(MEDIA),
  linked_to_s3: FLAG,
  untouched_days: NUMBER,
  emulated: FLAG,
  credit_scale: NUMBER,
  /** Region of a bucket, and what stands before its first hyphen: `eu`, `us`. */
  region: oneOf(null),
  area: oneOf(null),
  instance_area: oneOf(null),
  instance_type: oneOf(null),
  instance_region: oneOf(null),
  instance_zone: oneOf(null),
  instance_ebs_baseline_mbs: NUMBER,
  instance_ebs_maximum_mbs: NUMBER,
  instance_ebs_baseline_iops: NUMBER,
  instance_ebs_maximum_iops: NUMBER,
  instance_network_baseline_gbps: NUMBER,
  instance_network_maximum_gbps: NUMBER,
};

/** What a phase's plan says. */
const PHASE_FACTS: Readonly<Record<string, VariableType>> = {
  operation: oneOf(OPERATIONS),
  access: oneOf(ACCESS_PATTERNS),
  block_kib: NUMBER,
  object_mib: NUMBER,
  in_flight: NUMBER,
  workers: NUMBER,
  queue_depth: NUMBER,
  /** Clients that loaded the storage concurrently and to the end; processes of a host are one. */
  clients: NUMBER,
  /** Each client reads what another client wrote. */
  of_another_client: FLAG,
  offered_per_second: NUMBER,
  read_share: NUMBER,
  cache: oneOf(CACHE_POLICIES),
  engine: oneOf(ENGINE_NAMES),
  direct: FLAG,
  accelerate: FLAG,
  storage_class: oneOf(STORAGE_CLASSES),
  encryption: oneOf(["none", "sse-s3", "sse-kms", "sse-c"]),
  restore_tier: oneOf(RESTORE_TIERS),
  part_mib: NUMBER,
  part_concurrency: NUMBER,
  prefixes: NUMBER,
  /** Of a listing: the names of one directory at a time, or of the whole dataset. */
  listing: oneOf(["directory", "dataset"]),
  /** What was read was held against what had been written. */
  verify: FLAG,
};

/** Both, for a figure or a condition about one side. */
export const ONE_SIDE: Readonly<Record<string, VariableType>> = { ...FACTS, ...PHASE_FACTS };

/** The same of both sides of a comparison: `of.size_tib`, `over.size_tib`. */
export const TWO_SIDES: Readonly<Record<string, VariableType>> = Object.fromEntries(
  ["of", "over"].flatMap((side) =>
    Object.entries(ONE_SIDE).map(([name, type]) => [`${side}.${name}`, type]),
  ),
);

function oneOf(values: readonly string[] | null): VariableType {
  return { type: "text", values };
}
