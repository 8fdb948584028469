import type { Run } from "../../model/run/run.ts";

/**
 * Runs that start this long after the one before was done measuring are separate. Storage keeps its
 * placement and its neighbors for minutes, so that what is measured sooner shares them.
 */
const APART_MS = 3600e3;

interface Dated {
  readonly repetition: { readonly run: Pick<Run, "startedAt" | "phases"> };
}

/**
 * Groups repetitions into separate runs, in order of time: one begins where nothing was measured
 * for an hour. The repetitions of one run are always together.
 */
export function separateRuns<One extends Dated>(all: readonly One[]): readonly (readonly One[])[] {
  const start = ({ repetition }: One): number => Date.parse(repetition.run.startedAt);
  const groups: One[][] = [];
  let busyUntil = Number.NEGATIVE_INFINITY;
  for (const one of [...all].sort((a, b) => start(a) - start(b))) {
    const group = groups.at(-1);
    if (group === undefined || start(one) - busyUntil >= APART_MS) groups.push([one]);
    else group.push(one);
    const { phases } = one.repetition.run;
    const measuredNs = phases.reduce((sum, { elapsedNs }) => sum + elapsedNs, 0);
    busyUntil = Math.max(busyUntil, start(one) + measuredNs / 1e6);
  }
  return groups;
}
