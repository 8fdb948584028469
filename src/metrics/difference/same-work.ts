import type { Run } from "../../model/run/run.ts";
import { storageDifferences } from "./difference.ts";
import { isSameHost, locationOf } from "./surroundings.ts";

/** Runs of the same work, the earliest first. */
export type SameWork = readonly [Run, ...(readonly Run[])];

/**
 * Groups runs that measured the same work on the same target: equal plan, and a target with the
 * same name, kind and address. A single change of storage or host stays in one group, so that a
 * trend shows it; storage or hosts that alternate are separate groups.
 */
export function sameWork(runs: readonly Run[]): readonly SameWork[] {
  const groups = Map.groupBy(
    runs.toSorted((one, other) => one.startedAt.localeCompare(other.startedAt)),
    ({ planHash, target: { name, kind, address, emulated } }) =>
      JSON.stringify([planHash, name, kind, locationOf(address), emulated ?? null]),
  );
  return [...groups.values()].flatMap(withoutAlternation);
}

/** One group, or one for each storage and host if runs return to an earlier one. */
function withoutAlternation(ordered: readonly Run[]): readonly SameWork[] {
  const places: Run[][] = [];
  let isAlternating = false;
  for (const run of ordered) {
    const at = places.findLastIndex(([first]) => first !== undefined && isSamePlace(first, run));
    isAlternating ||= at >= 0 && at < places.length - 1;
    if (at < 0) places.push([run]);
    else places[at]?.push(run);
  }
  return (isAlternating ? places : [ordered]).flatMap(([first, ...others]): SameWork[] =>
    first === undefined ? [] : [[first, ...others]],
  );
}

function isSamePlace(one: Run, other: Run): boolean {
  return storageDifferences(one, other).length === 0 && isSameHost(one, other);
}
