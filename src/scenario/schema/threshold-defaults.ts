import type { Threshold } from "../../model/plan/threshold.ts";
import { parseThreshold } from "./threshold.ts";

/** What each phase is held to where a baseline is given and no threshold speaks of one. */
export const DEFAULT_CHECKS: readonly Threshold[] = [
  "vs baseline: rate not lower",
  "vs baseline: p50 not slower",
  "vs baseline: p99 not slower",
].map((text) => {
  const parsed = parseThreshold(text);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return { ...parsed.value, place: null };
});
