import type { PriceSource, StorageCost } from "../model/run/cost.ts";
import { KIND, type TargetKind, usualClassOf, VOLUME_KINDS } from "../model/target/kind.ts";
import type { StorageClass } from "../model/target/storage-class.ts";
import type { Provisioned } from "../model/target/target.ts";
import { efsCost, lustreCost } from "./file-systems.ts";
import type { Prices } from "./prices-schema.ts";
import type { CostOfKind } from "./volume.ts";
import { volumeCost } from "./volume.ts";

/** The facts of a target that determine its cost; a bucket has one cost per storage class. */
export interface Priced {
  readonly name: string;
  readonly kind: TargetKind;
  readonly provisioned: Provisioned;
  readonly storageClass: StorageClass | null;
}

const GIB_PER_TIB = 1024;

/**
 * Cost of a target; null for kinds without a price. AWS prices volumes, file systems and stored
 * objects per 2^30 B (which it calls GB), so a TiB costs 1,024 times the price.
 */
export function storageCost(target: Priced, prices: Prices): StorageCost | null {
  const cost = costOfKind(target, prices);
  if (cost === null) return null;
  const { perGibMonthUsd, sources, ...rest } = cost;
  const sum = rest.parts.reduce((total, { monthlyUsd }) => total + monthlyUsd, 0);
  return {
    target: target.name,
    kind: target.kind,
    storageClass: target.storageClass,
    ...rest,
    monthlyUsd: rest.parts.length === 0 ? null : sum,
    perTibMonthUsd: perGibMonthUsd === null ? null : perGibMonthUsd * GIB_PER_TIB,
    sources: sourcesOf(sources, prices),
  };
}

function costOfKind(target: Priced, prices: Prices): CostOfKind | null {
  const { kind, provisioned, storageClass } = target;
  const volume = VOLUME_KINDS.find((one) => one === kind);
  if (volume !== undefined) return volumeCost(provisioned, prices.volumes[volume]);
  if (kind === "efs") return efsCost(provisioned, prices.efs);
  if (kind === "fsx-lustre") return lustreCost(provisioned, prices["fsx-lustre"]);
  if (KIND[kind].service !== "S3") return null;
  return bucketCost(storageClass ?? usualClassOf(kind), prices);
}

/** Cost of a bucket: requests and data transferred. A run does not know the stored data. */
function bucketCost(storageClass: StorageClass, prices: Prices): CostOfKind {
  const { storage, read, write, retrieval, upload, source } = prices.classes[storageClass];
  return {
    provisioned: storageClass,
    parts: [],
    perGibMonthUsd: storage,
    use: {
      readUsdPerGb: retrieval ?? 0,
      writeUsdPerGb: upload ?? 0,
      readUsdPerThousand: read,
      writeUsdPerThousand: write,
    },
    remarks: [],
    sources: [source],
  };
}

function sourcesOf(names: readonly string[], prices: Prices): readonly PriceSource[] {
  return [...new Set(names)].flatMap((name) => prices.sources[name] ?? []);
}
