import { medianResults } from "../../../metrics/phase-result.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import { withEndPoints } from "../sections/search.ts";
import { caveatsOf } from "../words/caveats.ts";

/** Phases with separate charts: the first ones, and those with a caveat. */
export const FIRST_PHASES = 12;
const MAX_PHASES = 16;

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

/** Selects the phases with charts, and the detail of these. */
export function detailOf(whole: Run): Detail {
  const run = withEndPoints(whole);
  const results = chosenResults(run);
  const count = results.length;
  const columns = count <= 2 ? 240 : count <= 4 ? 120 : count <= 6 ? 60 : 40;
  const rows = Math.min(60, Math.floor(120 / Math.max(1, count)));
  return { results, columns, rows, isFull: count <= 4 };
}

/** The first phases, and those that a caveat distinguishes from the others. */
function chosenResults(run: Run): readonly PhaseResult[] {
  const all = medianResults(run);
  const caveats = caveatsOf(run).filter(({ results }) => results.size < run.phases.length);
  const marked = all
    .slice(FIRST_PHASES)
    .filter((result) => caveats.some(({ results }) => results.has(result)));
  return [...all.slice(0, FIRST_PHASES), ...marked].slice(0, MAX_PHASES);
}
