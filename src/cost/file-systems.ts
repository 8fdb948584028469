import type { CostPart } from "../model/run/cost.ts";
import type { Provisioned } from "../model/target/target.ts";
import { amountWords } from "../model/units.ts";
import type { Prices } from "./prices-schema.ts";
import { type CostOfKind, NOT_BY_USE, partOf } from "./volume.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/**
 * Throughput that comes with what is stored, in the provisioned mode: 50 KiB/s for each GiB of the
 * Standard class (Amazon EFS user guide, "Throughput modes"); only more is charged.
 */
const INCLUDED_BYTES_PER_SECOND_PER_GIB = 50 * 1024;

/**
 * An EFS is charged for what is stored, by class; in the elastic mode for what is moved, in the
 * provisioned one for throughput; and in the colder classes for what is read, in every mode.
 */
export function efsCost(provisioned: Provisioned, prices: Prices["efs"]): CostOfKind {
  const { availability = "regional", fileClass = "standard", storedBytes } = provisioned;
  const { throughputMode, throughputBytesPerSecond } = provisioned;
  const storage = classPrice(provisioned, prices);
  const remarks: string[] = [];
  if (storage === null) remarks.push(`no price is given for ${availability} ${fileClass}`);
  if (storedBytes === undefined) remarks.push("what a month costs depends on how much is stored");
  if (throughputMode === undefined) {
    remarks.push("nobody said its throughput mode, on which the price of reads and writes depends");
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

/** An entry that names the mode goes before one that names none. */
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
