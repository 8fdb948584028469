import type { CostPart, StorageCost } from "../model/run/cost.ts";
import type { Provisioned } from "../model/target/target.ts";
import { amountWords } from "../model/units.ts";
import type { VolumePrices } from "./prices-schema.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** The part of a cost that depends on the kind; sources are keys of the price list. */
export type CostOfKind = Omit<
  StorageCost,
  "target" | "kind" | "storageClass" | "sources" | "perTibMonthUsd" | "monthlyUsd"
> & { readonly perGibMonthUsd: number | null; readonly sources: readonly string[] };

/** Prices of storage without charges per use. */
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
 * Cost of a volume: its size, and IOPS and throughput by tiers. The tiers of io2 are up to 32,000
 * IOPS, up to 64,000 and above; gp3 is charged above 3,000 IOPS and 125 MiB/s.
 */
export function volumeCost(provisioned: Provisioned, prices: VolumePrices): CostOfKind {
  const { sizeBytes, iops, throughputBytesPerSecond } = provisioned;
  const { perGibMonth } = prices;
  const rates = [
    rateOf("iops", iops, prices.iops),
    rateOf("throughput", throughputBytesPerSecond, prices.throughput),
  ] as const;
  const missing = [
    ...(sizeBytes === undefined ? ["`size`"] : []),
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
      ...(missing.length === 0 ? [] : [`monthly cost unknown; declare ${missing.join(" and ")}`]),
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
    // Without a declaration, the volume has at least what its price includes.
    if (first.above === 0) return { ...none, missing: `\`${what}\`` };
    const included = amountWords(first.above, what === "iops" ? "count" : "bytes-per-second");
    const unit = what === "iops" ? " IOPS" : "";
    return {
      ...none,
      assumed: `${name} unknown; assumed to be the included ${included}${unit}`,
    };
  }
  const scale = what === "iops" ? 1 : MIB;
  const monthlyUsd = tiered(amount, tiers) / scale;
  const quantity = Math.max(0, amount - first.above) / scale;
  return { ...none, part: { what, quantity, monthlyUsd } };
}

/** Price of an amount: each tier's price applies up to the start of the next tier. */
export function tiered(amount: number, tiers: readonly Tier[]): number {
  return tiers.reduce((sum, { above, price }, index) => {
    const end = tiers[index + 1]?.above ?? Number.POSITIVE_INFINITY;
    return sum + Math.max(0, Math.min(amount, end) - above) * price;
  }, 0);
}

/** A part of a cost: quantity times price. */
export function partOf(what: CostPart["what"], quantity: number, price: number): CostPart {
  return { what, quantity, monthlyUsd: quantity * price };
}

/** The provisioned values that determine the price, as text. */
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
