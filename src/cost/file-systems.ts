import type { CostPart } from "../model/run/cost.ts";
import type { Provisioned } from "../model/target/target.ts";
import { amountWords } from "../model/units.ts";
import type { Prices } from "./prices-schema.ts";
import { type CostOfKind, NOT_BY_USE, partOf } from "./volume.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/**
 * Throughput included with the stored data in provisioned mode: 50 KiB/s per GiB of the Standard
 * class (Amazon EFS user guide, "Throughput modes"). Only throughput above it is charged.
 */
const INCLUDED_BYTES_PER_SECOND_PER_GIB = 50 * 1024;

/**
 * Cost of an EFS file system: stored data by class; in elastic mode, data transferred; in
 * provisioned mode, throughput; in the colder classes, also data read.
 */
export function efsCost(provisioned: Provisioned, prices: Prices["efs"]): CostOfKind {
  const { availability = "regional", fileClass = "standard", storedBytes } = provisioned;
  const { throughputMode, throughputBytesPerSecond } = provisioned;
  const storage = classPrice(provisioned, prices);
  const remarks: string[] = [];
  if (storage === null)
    remarks.push(`the price list has no price for ${availability} ${fileClass}`);
  if (storedBytes === undefined) {
    remarks.push("monthly cost unknown; declare `stored`");
  }
  if (throughputMode === undefined) {
    remarks.push("price of reads and writes unknown; declare `throughputMode`");
  }
  const parts: CostPart[] = [];
  if (storage !== null && storedBytes !== undefined) {
    parts.push(partOf("storage", storedBytes / GIB, storage.price));
    if (throughputMode === "provisioned" && throughputBytesPerSecond !== undefined) {
      const included = (storedBytes / GIB) * INCLUDED_BYTES_PER_SECOND_PER_GIB;
      const above = Math.max(0, throughputBytesPerSecond - included) / MIB;
      parts.push(partOf("throughput", above, prices.throughput.price));
    }
  }
  const shown = [availability, fileClass, throughputMode ?? null];
  return {
    provisioned: [
      shown.filter((one) => one !== null).join(", "),
      ...(storedBytes === undefined ? [] : [`${amountWords(storedBytes, "bytes")} stored`]),
    ].join(", "),
    parts,
    perGibMonthUsd: storage?.price ?? null,
    use: usePrices(provisioned, prices),
    remarks,
    sources: [...(storage === null ? [] : [storage.source]), prices.read.source],
  };
}

/** The price of the file class; an entry for the throughput mode has priority. Null if absent. */
function classPrice(provisioned: Provisioned, { perGibMonth }: Prices["efs"]) {
  const { availability = "regional", fileClass = "standard", throughputMode } = provisioned;
  const fitting = perGibMonth.filter(
    (one) => one.availability === availability && one.fileClass === fileClass,
  );
  const named = fitting.find(
    ({ modes }) => throughputMode !== undefined && modes?.includes(throughputMode) === true,
  );
  return named ?? fitting.find(({ modes }) => modes === undefined) ?? null;
}

function usePrices(
  { fileClass = "standard", throughputMode }: Provisioned,
  prices: Prices["efs"],
): CostOfKind["use"] {
  if (throughputMode === undefined) return NOT_BY_USE;
  const elastic = throughputMode === "elastic";
  const colder = {
    standard: 0,
    "infrequent-access": prices.infrequentRead.price,
    archive: prices.archiveRead.price,
  }[fileClass];
  return {
    ...NOT_BY_USE,
    readUsdPerGb: colder + (elastic ? prices.read.price : 0),
    writeUsdPerGb: elastic ? prices.write.price : 0,
  };
}

/** Cost of an FSx for Lustre file system: its size; the price depends on the throughput per TiB. */
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
      ? "price unknown; declare `deployment`"
      : `the price list has no price for ${[deployment, medium].join(", ")} at this throughput ` +
        "per TiB";
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
      ...(sizeBytes === undefined ? ["monthly cost unknown; declare `size`"] : []),
      ...(metadataIops === undefined
        ? []
        : ["metadata IOPS are charged separately and are not included"]),
    ],
    sources: entry === undefined ? [] : [entry.source],
  };
}
