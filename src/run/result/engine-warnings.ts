import type { DatasetLocation } from "../../model/plan/dataset.ts";
import { PART_UPLOADS } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import type { Warning } from "../../model/run/run.ts";

/** What engines counted that a reader must know of, in sentences. */
const SENTENCES: Readonly<Record<string, (count: number, threads: number) => string>> = {
  buffersNotRegistered: (count, threads) =>
    `${count} of ${threads} threads could not register their buffers with io_uring, most often ` +
    "because too little memory may be locked (raise `ulimit -l`): the kernel looks them up for " +
    "each operation, which costs processor time",
  clockCorrections: () =>
    "the store's clock and that of this machine differ by more than signatures may: they were " +
    "made with the store's time; set the clock right",
  redirects: (count) =>
    `${count} requests were sent on to another region or host, which is part of their latency; ` +
    "name the bucket's own region",
  checksumsMissing: (count) =>
    `${count} answers brought no checksum of the whole object, so that their bytes were not held ` +
    "against one",
  uploadsNotAborted: (count) =>
    `${count} failed uploads could not be aborted: their parts may still be in the store`,
};

/** Warnings for the engines' own counters, added over all threads. */
export function engineWarnings(
  counters: Readonly<Record<string, number>>,
  threads: number,
): readonly Warning[] {
  return Object.entries(SENTENCES).flatMap(([counter, sentence]) => {
    const count = counters[counter] ?? 0;
    if (count === 0) return [];
    const code = counter.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return [{ code, message: sentence(count, threads) }];
  });
}

/** An object that fits into one part is sent whole: its upload is a PUT, whatever it is called. */
export function singlePartWarning(phase: PhasePlan, dataset: DatasetLocation): readonly Warning[] {
  if (!phase.mix.some(({ operation }) => PART_UPLOADS.has(operation))) return [];
  const whole = dataset.sizes.filter((bytes) => bytes <= phase.partBytes).length;
  if (whole === 0) return [];
  const message =
    `${whole} of ${dataset.count} objects are no larger than one part: they were uploaded by a ` +
    "single PUT";
  return [{ code: "single-part", message }];
}
