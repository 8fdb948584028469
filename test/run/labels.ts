import type { RunLabels } from "../../src/run/store/store.ts";

/** Labels of a stored run whose scenario and target do not matter. */
export function labelsOf(runId: string, startedAtMs = 0): RunLabels {
  return { runId, startedAtMs, scenario: "scenario", target: "target", settings: [] };
}
