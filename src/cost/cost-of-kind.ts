import type { StorageCost } from "../model/run/cost.ts";

/** What of a cost depends on the kind; sources are keys of the file of prices. */
export type CostOfKind = Omit<
  StorageCost,
  "target" | "kind" | "storageClass" | "sources" | "perTibMonthUsd" | "monthlyUsd"
> & { readonly perGibMonthUsd: number | null; readonly sources: readonly string[] };

/** Using it costs nothing beside the month. */
export const NOT_BY_USE = {
  readUsdPerGb: null,
  writeUsdPerGb: null,
  readUsdPerThousand: null,
  writeUsdPerThousand: null,
} as const;
