import { z } from "zod";
import { REQUEST_CLASSES } from "../../model/plan/operation-rows.ts";
import { RESTORE_TIERS } from "../../model/plan/plan.ts";
import type { Cost, CostLine, PriceSource } from "../../model/run/cost.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { STORAGE_CLASSES } from "../../model/target/storage-class.ts";
import { amount, MAX_ENTRIES, text } from "./values.ts";

const line = z.object({
  what: text,
  requestClass: z.enum(REQUEST_CLASSES),
  storageClass: z.enum(STORAGE_CLASSES),
  requests: amount,
  sentBytes: amount,
  receivedBytes: amount,
  storedObjects: amount,
  tier: z.enum(RESTORE_TIERS).exactOptional(),
  days: amount.exactOptional(),
  copiedBytes: amount.exactOptional(),
  usd: amount,
} satisfies Fields<CostLine>);

const source = z.object({
  title: text,
  address: text,
  date: text,
} satisfies Fields<PriceSource>);

export const cost = z.object({
  lines: z.array(line).max(MAX_ENTRIES),
  totalUsd: amount,
  transferOutUsd: amount,
  region: text,
  sources: z.array(source).max(MAX_ENTRIES),
  charged: z.boolean(),
  assumedMs: amount.exactOptional(),
} satisfies Fields<Cost>);
