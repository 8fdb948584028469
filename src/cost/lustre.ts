import { amountWords } from "../model/amount.ts";
import type { Provisioned } from "../model/target/target.ts";
import { type CostOfKind, NOT_BY_USE } from "./cost-of-kind.ts";
import type { Prices } from "./prices-schema.ts";
import { partOf } from "./volume.ts";

const GIB = 2 ** 30;

/** FSx for Lustre is charged for its size, at a price that its throughput per TiB decides. */
export function lustreCost(
  provisioned: Provisioned,
  prices: Prices["fsx-lustre"],
): CostOfKind | null {
  const { deployment, medium = "ssd", sizeBytes, metadataIops } = provisioned;
  const perTib = provisioned.throughputPerTibBytesPerSecond;
  const entry = prices.find(
    (one) =>
      one.deployment === deployment &&
      one.medium === medium &&
      (one.throughputPerTiB === undefined || one.throughputPerTiB === perTib),
  );
  const shown = [
    deployment ?? null,
    perTib === undefined ? null : `${amountWords(perTib, "bytes-per-second")} per TiB`,
    sizeBytes === undefined ? null : amountWords(sizeBytes, "bytes"),
  ].filter((one) => one !== null);
  const unpriced =
    deployment === undefined
      ? "nobody said its deployment type, on which the price depends"
      : `no price is given for ${[deployment, medium].join(", ")} of its throughput per TiB`;
  return {
    provisioned: shown.join(", "),
    parts:
      entry === undefined || sizeBytes === undefined
        ? []
        : [partOf("storage", sizeBytes / GIB, entry.price)],
    perGibMonthUsd: entry?.price ?? null,
    use: NOT_BY_USE,
    remarks: [
      ...(entry === undefined ? [unpriced] : []),
      ...(sizeBytes === undefined ? ["what a month costs depends on its size"] : []),
      ...(metadataIops === undefined ? [] : ["metadata IOPS are charged apart and not in it"]),
    ],
    sources: entry === undefined ? [] : [entry.source],
  };
}
