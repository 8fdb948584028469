/**
 * First part of the page of a run: notices, tiles, then charts. Each kind of chart is
 * one file here that makes a figure from the run and its series; `report/chart` draws it.
 */

import { latencyFigure } from "../../../metrics/histogram/latency-figure.ts";
import { overall } from "../../../metrics/phase-result.ts";
import type { RunSeries } from "../../../metrics/series/series.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import type { Block, Notice, Tile, Tiles } from "../../parts/document.ts";
import {
  formatCount,
  formatIops,
  formatLatency,
  formatRate,
  sentence,
} from "../../parts/format.ts";
import { percentilesChart } from "./percentiles.ts";
import { timelineChart } from "./timeline.ts";

/** Maximum rows of the numbers of a time line. */
const MAX_ROWS = 60;

/** Blocks of the view of a run, in their order on the page. */
export function runView(run: Run, { phases, problem }: RunSeries): readonly Block[] {
  const charted = run.phases.flatMap((result) => {
    const found = phases.find(
      ({ phase, repetition }) => phase === result.phase.name && repetition === result.repetition,
    );
    const charts =
      found === undefined
        ? []
        : [timelineChart(run, result, found, MAX_ROWS), percentilesChart(run, result, found)];
    return [tilesOf(result), ...charts.flatMap((chart) => chart ?? [])];
  });
  return [...(problem === null ? [] : [withoutCharts(problem)]), ...charted];
}

function withoutCharts(problem: string): Notice {
  return { kind: "notice", tone: "caveat", text: `The page has no charts: ${sentence(problem)}` };
}

function tilesOf(result: PhaseResult): Tiles {
  const { openLoop } = result;
  const all = overall(result);
  const latency = all?.response ?? all?.latency;
  const of = all?.response == null ? "" : "response ";
  const offered =
    openLoop === undefined ? "" : ` of ${formatIops(openLoop.offeredPerSecond)} offered`;
  const tile = (value: string, label: string, tone: Tile["tone"] = "neutral") => ({
    value,
    label,
    tone,
  });
  return {
    kind: "tiles",
    tiles: [
      tile(formatIops(all?.operationsPerSecond), `ops/s${offered}`),
      tile(formatRate(all?.bytesPerSecond), "throughput"),
      tile(formatLatency(latencyFigure(latency, "p50").ns), `${of}p50`),
      tile(formatLatency(latencyFigure(latency, "p99").ns), `${of}p99`),
      tile(formatCount(all?.errors), "errors", (all?.errors ?? 0) > 0 ? "bad" : "neutral"),
    ],
  };
}
