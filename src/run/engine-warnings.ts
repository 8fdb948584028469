import type { Warning } from "../model/run.ts";

/** What engines counted that a reader must know of, in sentences. */
const SENTENCES: Readonly<Record<string, (count: number, threads: number) => string>> = {
  buffersNotRegistered: (count, threads) =>
    `${count} of ${threads} threads could not register their buffers with io_uring, most often ` +
    "because too little memory may be locked (raise `ulimit -l`): the kernel looks them up for " +
    "each operation, which costs processor time",
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
