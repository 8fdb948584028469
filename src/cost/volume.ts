import type { CostPart, StorageCost } from "../model/run/cost.ts";
import type { Provisioned } from "../model/target/target.ts";
import { amountWords } from "../model/units.ts";
import type { VolumePrices } from "./prices-schema.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

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

interface Tier {
  readonly above: number;
  readonly price: number;
  readonly source: string;
}

/**
 * A volume is charged for its size, and for IOPS and throughput by tiers: of io2, the first 32,000,
 * those up to 64,000 and those above; of gp3, what is above 3,000 IOPS and 125 MiB/s.
 */
export function volumeCost(provisioned: Provisioned, prices: VolumePrices): CostOfKind {
  const { sizeBytes, iops, throughputBytesPerSecond } = provisioned;
  const { perGibMonth } = prices;
  const rates = [
    rateOf("iops", iops, prices.iops),
    rateOf("throughput", throughputBytesPerSecond, prices.throughput),
  ] as const;
  const missing = [
    ...(sizeBytes === undefined ? ["its size"] : []),
    ...rates.flatMap((rate) => (rate.missing === null ? [] : [rate.missing])),
  ];
  const size: CostPart[] =
    sizeBytes === undefined ? [] : [partOf("storage", sizeBytes / GIB, perGibMonth.price)];
  const parts = [...size, ...rates.flatMap((rate) => rate.part ?? [])];
  return {
    provisioned: wordsOf(provisioned),
    parts: missing.length > 0 ? [] : parts,
    perGibMonthUsd: perGibMonth.price,
    use: NOT_BY_USE,
    remarks: [
      ...(missing.length === 0 ? [] : [`what a month costs depends on ${missing.join(" and ")}`]),
      ...rates.flatMap((rate) => (rate.assumed === null ? [] : [rate.assumed])),
    ],
    sources: [perGibMonth.source, ...(prices.iops ?? []).map(({ source }) => source)],
  };
}

interface Rate {
  readonly part: CostPart | null;
  readonly missing: string | null;
  readonly assumed: string | null;
}

function rateOf(
  what: "iops" | "throughput",
  amount: number | undefined,
  tiers: readonly Tier[] | undefined,
): Rate {
  const none = { part: null, missing: null, assumed: null };
  const [first] = tiers ?? [];
  if (tiers === undefined || first === undefined) return none;
  const name = what === "iops" ? "IOPS" : "throughput";
  if (amount === undefined) {
    // What comes with the volume is there even if nobody says so.
    if (first.above === 0) return { ...none, missing: `its ${name}` };
    const included = amountWords(first.above, what === "iops" ? "count" : "bytes-per-second");
    const unit = what === "iops" ? " IOPS" : "";
    return {
      ...none,
      assumed: `nobody said its ${name}: taken as the ${included}${unit} included`,
    };
  }
  const scale = what === "iops" ? 1 : MIB;
  const monthlyUsd = tiered(amount, tiers) / scale;
  const quantity = Math.max(0, amount - first.above) / scale;
  return { ...none, part: { what, quantity, monthlyUsd } };
}

/** Each tier's price for what lies between it and the next. */
export function tiered(amount: number, tiers: readonly Tier[]): number {
  return tiers.reduce((sum, { above, price }, index) => {
    const end = tiers[index + 1]?.above ?? Number.POSITIVE_INFINITY;
    return sum + Math.max(0, Math.min(amount, end) - above) * price;
  }, 0);
}

/** A part that costs so much for each of what it counts. */
export function partOf(what: CostPart["what"], quantity: number, price: number): CostPart {
  return { what, quantity, monthlyUsd: quantity * price };
}

/** What was provisioned, as far as a price depends on it. */
function wordsOf({ sizeBytes, iops, throughputBytesPerSecond }: Provisioned): string {
  return [
    sizeBytes === undefined ? null : amountWords(sizeBytes, "bytes"),
    iops === undefined ? null : `${amountWords(iops, "count")} IOPS`,
    throughputBytesPerSecond === undefined
      ? null
      : amountWords(throughputBytesPerSecond, "bytes-per-second"),
  ]
    .filter((one) => one !== null)
    .join(", ");
}
