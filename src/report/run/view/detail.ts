import { medianResults } from "../../../metrics/phase-result.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import { withEndPoints } from "../sections/search.ts";
import { caveatsOf } from "../words/caveats.ts";

/** Phases with separate charts: of more, the first ones, and those with a caveat. */
const ALL_PHASES = 8;
export const FIRST_PHASES = 4;
const MAX_PHASES = 6;

/** Detail of the charts of each phase, so that a page keeps its size with many phases. */
export interface Detail {
  /** The results with charts: the median repetition of each chosen phase. */
  readonly results: readonly PhaseResult[];
  /** Maximum columns of a time line. */
  readonly columns: number;
  /** Maximum rows of its numbers. */
  readonly rows: number;
  /** Whether its columns have tips, and phases percentile curves. */
  readonly isFull: boolean;
}

/** Maximum columns of a time line by the number of phases. */
const COLUMNS = [
  [1, 240],
  [2, 160],
  [3, 90],
  [6, 50],
] as const;
const MIN_COLUMNS = 30;

/** Selects the phases with charts, and the detail of these. */
export function detailOf(whole: Run): Detail {
  const run = withEndPoints(whole);
  const results = chosenResults(run);
  const count = results.length;
  const { length: phases } = medianResults(run);
  const [, columns = MIN_COLUMNS] = COLUMNS.find(([upTo]) => phases <= upTo) ?? [];
  const rows = Math.min(60, Math.floor(120 / Math.max(1, count)));
  return { results, columns, rows, isFull: phases <= 4 };
}

/** The first phases, and those that a caveat distinguishes from the others. */
function chosenResults(run: Run): readonly PhaseResult[] {
  const all = medianResults(run);
  if (all.length <= ALL_PHASES) return all;
  const caveats = caveatsOf(run).filter(({ results }) => results.size < run.phases.length);
  const marked = all
    .slice(FIRST_PHASES)
    .filter((result) => caveats.some(({ results }) => results.has(result)));
  return [...all.slice(0, FIRST_PHASES), ...marked].slice(0, MAX_PHASES);
}
