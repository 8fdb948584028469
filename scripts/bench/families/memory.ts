import { type Load, lengthOf, runLoad } from "../runner/assay.ts";
import { megabytes, table, verdict } from "../runner/markdown.ts";
import type { Bench, Family, Named } from "../runner/runner.ts";

/** Peak memory of a short and of a long run: it may not depend on the length of a run. */
export interface MemoryCell extends Named<"memory"> {
  readonly engine: "null" | "sync";
  readonly load: Load;
  readonly mostBytes: number;
}

/** Two numbers: of the short run and of the long one. */
type ShortLong = readonly [number, number];

/** Longer runs may need this much more: garbage is collected when it suits the engine. */
const FLAT_SHARE = 0.1;

/** Whether a long run needed no more memory than a short one. */
export function isFlat(shortBytes: number, longBytes: number): boolean {
  return longBytes <= shortBytes * (1 + FLAT_SHARE);
}

/** Verdict on the peak resident memory of the whole process in a short and in a long run. */
export function memoryResult(cell: MemoryCell, seconds: ShortLong, peakBytes: ShortLong) {
  const [short, long] = peakBytes;
  const met = Math.max(short, long) <= cell.mostBytes;
  return { cell, seconds, peakBytes, met, flat: isFlat(short, long) };
}

/** Peak memory of a run of each length; peaks hardly vary, so none is repeated. */
export async function peaksOf(
  cell: { readonly name: string },
  [short, long]: ShortLong,
  run: (seconds: number) => Promise<{ readonly peakBytes: number }>,
  { log }: Bench,
): Promise<ShortLong> {
  const peak = async (seconds: number): Promise<number> => {
    const { peakBytes } = await run(seconds);
    log(`${cell.name} ${seconds} s: ${megabytes(peakBytes)}`);
    return peakBytes;
  };
  return [await peak(short), await peak(long)];
}

export const MEMORY: Family<MemoryCell, ReturnType<typeof memoryResult>> = {
  async measure(cell, bench) {
    const { memorySeconds } = bench.options;
    const { load, engine } = cell;
    const { place } = bench.space;
    const run = (seconds: number) => runLoad(load, engine, lengthOf(load, seconds), place, bench);
    return memoryResult(cell, memorySeconds, await peaksOf(cell, memorySeconds, run, bench));
  },
  show(results, { options }) {
    const lengths = options.memorySeconds.map((seconds) => `${seconds} s`);
    const rows = results.map((one) => [
      ...[one.cell.title, ...one.peakBytes.map(megabytes), `≤ ${megabytes(one.cell.mostBytes)}`],
      ...[verdict(one.met), one.flat ? "yes" : "no"],
    ]);
    return [table(["peak memory", ...lengths, "target", "", "flat"], rows)];
  },
};
