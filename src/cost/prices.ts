import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import type { Cost, Usage } from "../model/cost.ts";
import { STORAGE_CLASSES } from "../model/object-options.ts";
import { RESTORE_TIERS } from "../model/plan.ts";

const PRICES = fileURLToPath(new URL("../../scenarios/prices.yaml", import.meta.url));
const BYTES_PER_GB = 1e9;
const DAYS_PER_MONTH = 30;

const price = z.number().min(0);
const source = z.strictObject({ title: z.string(), address: z.url(), date: z.string() });
const perGb = z.strictObject({ price, source: z.string() });
const restore = z.strictObject({ request: price, retrieval: price });

const classPrices = z.strictObject({
  write: price,
  read: price,
  retrieval: price.default(0),
  upload: price.default(0),
  storage: price,
  minimumDays: z.number().int().min(0).default(0),
  minimumBytes: z.number().int().min(0).default(0),
  restore: z.partialRecord(z.enum(RESTORE_TIERS), restore).default({}),
  source: z.string(),
});

const pricesSchema = z.strictObject({
  region: z.string(),
  currency: z.literal("USD"),
  sources: z.record(z.string(), source),
  classes: z.record(z.enum(STORAGE_CLASSES), classPrices),
  transferOut: perGb,
  acceleration: perGb,
});

export type Prices = z.output<typeof pricesSchema>;

/** The table that comes with the package. */
export async function loadPrices(): Promise<Prices> {
  return pricesSchema.parse(parse(await readFile(PRICES, "utf8")));
}

/** What of a target changes a price. */
export interface Charging {
  /** One of Amazon's own stores. */
  readonly charged: boolean;
  /** Uploads take the accelerated way. */
  readonly accelerated: boolean;
}

/**
 * Prices of requests and of what they move. Storage is in it only where a class charges for a least
 * number of days: the others cost next to nothing for the hours of a run.
 */
export function priceOf(usage: readonly Usage[], prices: Prices, how: Charging): Cost {
  const lines = usage
    .filter(({ requests }) => requests > 0)
    .map((one) => ({ ...one, usd: usdOf(one, prices, how) }));
  const received = lines.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
  const named = new Set(lines.map(({ storageClass }) => prices.classes[storageClass].source));
  named.add(prices.transferOut.source);
  return {
    lines,
    totalUsd: lines.reduce((sum, { usd }) => sum + usd, 0),
    transferOutUsd: (received / BYTES_PER_GB) * prices.transferOut.price,
    region: prices.region,
    sources: [...named].flatMap((name) => prices.sources[name] ?? []),
    charged: how.charged,
  };
}

function usdOf(usage: Usage, prices: Prices, how: Charging): number {
  const of = prices.classes[usage.storageClass];
  const { requestClass, requests, sentBytes, receivedBytes, storedObjects, tier } = usage;
  const accelerated = how.accelerated ? prices.acceleration.price : 0;
  if (requestClass === "restore") {
    const restored = of.restore[tier ?? "Standard"] ?? { request: of.write, retrieval: 0 };
    return (requests / 1000) * restored.request + (sentBytes / BYTES_PER_GB) * restored.retrieval;
  }
  const charged = requestClass === "free" ? 0 : of[requestClass];
  const storedBytes = Math.max(sentBytes, storedObjects * of.minimumBytes);
  const months = storedObjects > 0 ? of.minimumDays / DAYS_PER_MONTH : 0;
  return (
    (requests / 1000) * charged +
    (sentBytes / BYTES_PER_GB) * (of.upload + accelerated) +
    (receivedBytes / BYTES_PER_GB) * of.retrieval +
    (storedBytes / BYTES_PER_GB) * of.storage * months
  );
}
