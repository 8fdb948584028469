import { holm as holmOf } from "../statistics/holm.ts";

/** {@link holmOf} of those that were tested; null stays null and counts as no test. */
export function holm(ps: readonly (number | null)[]): readonly (number | null)[] {
  const adjusted = [...holmOf(ps.filter((p) => p !== null))];
  return ps.map((p) => (p === null ? null : (adjusted.shift() ?? null)));
}
