import { cachedShare } from "../../../metrics/cache/cache.ts";
import { medianResults } from "../../../metrics/phase-result.ts";
import type { Run } from "../../../model/run/run.ts";
import { type Block, type Chart, fold } from "../../parts/document.ts";
import type { CacheRow } from "../../parts/figure.ts";
import { formatShare } from "../../parts/format.ts";
import { shareWords } from "../words/phase.ts";
import { phaseTitle } from "./names.ts";

/** From this share on, reads from a cache distort the results: as the caveat on them. */
const HIGH_SHARE = 0.05;

/** At most this many phases, those with the highest shares. */
const MAX_ROWS = 12;

/** Reads from a cache by phase: folded if no phase has many; none if nothing is known. */
export function cacheBlocks(run: Run): readonly Block[] {
  const chart = cacheChart(run);
  if (chart === null || chart.figure.kind !== "cache") return [];
  if (chart.figure.rows.some(({ isHigh }) => isHigh)) return [chart];
  const limit = formatShare(HIGH_SHARE);
  return [fold(`Reads from the page cache: below ${limit} in every phase, or unknown`, [chart])];
}

/** Bytes read and bytes fetched by phase; null if nothing is known about a cache. */
function cacheChart(run: Run): Chart | null {
  const found = medianResults(run).flatMap((result) => {
    const { cache } = result;
    const share = cachedShare(run, result);
    const fetchedBytes = cache.ownReadBytes ?? cache.deviceReadBytes;
    if (share === null || fetchedBytes === null) return [];
    const row: CacheRow = {
      label: phaseTitle(run, result),
      readBytes: cache.logicalReadBytes,
      fetchedBytes,
      share: shareWords(share),
      isHigh: share.low >= HIGH_SHARE,
      text: phaseTitle(run, result),
    };
    return [{ row, low: share.low }];
  });
  if (found.length === 0) return null;
  const worst = found.toSorted((one, other) => other.low - one.low).slice(0, MAX_ROWS);
  const shown = found.filter((one) => worst.includes(one)).map(({ row }) => row);
  return {
    kind: "chart",
    id: "page-cache",
    title: "Reads from the page cache",
    reading: cacheReading(shown, found.length),
    figure: { kind: "cache", rows: shown },
    // The section on the page cache has these numbers.
    numbers: null,
  };
}

function cacheReading(rows: readonly CacheRow[], count: number): string {
  const high = rows.filter(({ isHigh }) => isHigh).length;
  const first =
    high === 0
      ? `No phase is known to have read ${formatShare(HIGH_SHARE)} or more from a cache.`
      : `${high === 1 ? "1 phase" : `${high} phases`} read ${formatShare(HIGH_SHARE)} or more ` +
        "from a cache: these rates include the speed of memory.";
  const cut = count > rows.length ? ` ${rows.length} of ${count} phases.` : "";
  return (
    `${first} Where the second bar is shorter, a cache supplied the difference; a longer one is ` +
    `read-ahead or other programs.${cut}`
  );
}
