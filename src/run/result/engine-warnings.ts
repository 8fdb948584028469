import type { DatasetLocation } from "../../model/plan/dataset.ts";
import { PART_UPLOADS } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import type { Warning } from "../../model/run/run.ts";
import { makeWarning } from "../../model/run/warning.ts";
import type { WarningCode } from "../../model/run/warning-rows.ts";

interface CounterRow {
  readonly counter: string;
  readonly code: WarningCode;
  readonly fact: (count: number, threads: number) => string;
}

/** Counters of the engines that need a warning, in the order of the warnings. */
const COUNTERS: readonly CounterRow[] = [
  {
    counter: "buffersNotRegistered",
    code: "buffers-not-registered",
    fact: (count, threads) =>
      `${count} of ${threads} threads could not register their buffers with io_uring, usually ` +
      "because the limit of locked memory is too low",
  },
  {
    counter: "clockCorrections",
    code: "clock-corrections",
    fact: () =>
      "The clock of this host differs from that of the S3 server by more than signatures allow",
  },
  {
    counter: "redirects",
    code: "redirects",
    fact: (count) =>
      `${counted(count, "request was", "requests were")} redirected to another region or host`,
  },
  {
    counter: "checksumsMissing",
    code: "checksums-missing",
    fact: (count) =>
      `${counted(count, "response", "responses")} had no checksum of the whole object`,
  },
  {
    counter: "uploadsNotAborted",
    code: "uploads-not-aborted",
    fact: (count) => `${counted(count, "failed upload", "failed uploads")} could not be aborted`,
  },
];

function counted(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

/** Warnings for the engines' counters, added over all threads. */
export function engineWarnings(
  counters: Readonly<Record<string, number>>,
  threads: number,
): readonly Warning[] {
  return COUNTERS.flatMap(({ counter, code, fact }) => {
    const value = counters[counter] ?? 0;
    return value === 0 ? [] : [makeWarning(code, fact(value, threads), { value, unit: "count" })];
  });
}

/** Warns of uploads of objects that fit into one part: they are a single PUT. */
export function singlePartWarning(phase: PhasePlan, dataset: DatasetLocation): readonly Warning[] {
  if (!phase.mix.some(({ operation }) => PART_UPLOADS.has(operation))) return [];
  const whole = dataset.sizes.filter((bytes) => bytes <= phase.partBytes).length;
  if (whole === 0) return [];
  const fact =
    `${whole} of ${dataset.count} objects are not larger than one part and were uploaded by a ` +
    "single PUT";
  return [makeWarning("single-part", fact, { value: whole, unit: "count" })];
}
