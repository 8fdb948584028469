import type { Threshold } from "../../src/model/plan/threshold.ts";
import { parseThreshold } from "../../src/scenario/schema/threshold.ts";

/** Thresholds as a scenario `scenarios/a.yaml` would have them, one a line from line 10 on. */
export function thresholds(texts: readonly string[]): readonly Threshold[] {
  return texts.map((text, index) => {
    const parsed = parseThreshold(text);
    if ("problem" in parsed) throw new Error(parsed.problem);
    return { ...parsed.value, place: { file: "scenarios/a.yaml", line: 10 + index, column: 9 } };
  });
}
