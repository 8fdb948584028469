import { join } from "node:path";
import { decodeCells } from "../../metrics/histogram/cells.ts";
import { addCells, curvePoints } from "../../metrics/series/curve.ts";
import type { LatencyCurve, PhaseSeries } from "../../metrics/series/series.ts";
import type { Run } from "../../model/run/run.ts";
import { readStoredText } from "./stored-file.ts";

/** Largest log that is read. */
const MAX_FILE_BYTES = 500_000_000;

/**
 * Time series and distributions of all phases of a stored run. Empty for a run without
 * `latency.hlog`; phases without a line have no curve.
 */
export function readSeries(folder: string, run: Run): readonly PhaseSeries[] {
  const log = readStoredText(join(folder, "latency.hlog"), MAX_FILE_BYTES);
  if (log === null) return [];
  const byTag = new Map<string, Map<number, number>>();
  for (const line of log.split("\n")) {
    if (!line.startsWith("Tag=")) continue;
    const [tag = "", , , , histogram = ""] = line.slice(4).split(",");
    const counts = byTag.get(tag) ?? new Map<number, number>();
    addCells(counts, decodeCells(histogram));
    byTag.set(tag, counts);
  }
  return run.phases.map(({ phase, repetition, openLoop }) => {
    const curves: LatencyCurve[] = [];
    for (const [tag, counts] of byTag) {
      const [metric = "", operation = "", ...rest] = tag.split("/").toReversed();
      if (rest.toReversed().join("/") !== `${phase.name}#${repetition}`) continue;
      if (metric !== "service" && metric !== "response") continue;
      const count = [...counts.values()].reduce((sum, one) => sum + one, 0);
      curves.push({ operation, metric, count, points: curvePoints(counts) });
    }
    const metric = openLoop === undefined ? "service" : "response";
    return { phase: phase.name, repetition, metric, columns: [], curves };
  });
}
