import type { Comparison } from "../../metrics/compare/compare.ts";
import { formatCount, formatRatio, STATE_WORDS } from "../parts/format.ts";
import { differencesOf } from "./comparison.ts";

/**
 * Why `--fail-on slower` fails: the first significantly slower value, or a comparison that cannot
 * show one because nothing was compared or a run is incomplete. Null if it passes.
 */
export function slowerSentence(comparison: Comparison): string | null {
  const { values, differences } = differencesOf(comparison);
  const [first = "the first run"] = comparison.labels;
  const [slower, ...others] = differences.filter(({ shown }) => shown === "slower");
  if (slower !== undefined) {
    const count = formatCount(others.length);
    const more = `; ${count} more ${others.length === 1 ? "is" : "are"} slower`;
    return (
      `${slower.where}: ${slower.title} slower than on ${first}, ratio ` +
      `${formatRatio(slower.ratio)}${others.length === 0 ? "" : more}`
    );
  }
  if (values === 0) return `no value was compared with ${first}; see the caveats`;
  const incomplete = comparison.scenarios
    .flatMap(({ runs }) => runs.flatMap((column) => column.runs))
    .find(({ state }) => state !== "complete");
  if (incomplete === undefined) return null;
  return `run ${incomplete.id} ${STATE_WORDS[incomplete.state]}, so not all values were compared`;
}

/**
 * A passed comparison with too few repetitions for a rank test, which finds only large differences;
 * null if there are enough.
 */
export function fewRepetitionsSentence({ testing }: Comparison): string | null {
  if (testing === null || testing.fewest >= testing.needed) return null;
  const { fewest, needed } = testing;
  const few = fewest === 1 ? "1 repetition is" : `${fewest} repetitions are`;
  return (
    `${few} too few for a rank test (${needed} needed), so only large differences count; use ` +
    "repetitions or --interleave"
  );
}
