/**
 * First part of the page of a run: notices, tiles, then charts. This file selects the charts:
 * searches and matrices first, then each phase over time. Each kind of chart is one file here that
 * makes a figure from the run and its series; `report/chart` draws it.
 */

import { achievedPerSecond, medianResults, overall } from "../../../metrics/phase-result.ts";
import type { PhaseSeries, RunSeries } from "../../../metrics/series/series.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import {
  type Block,
  type Chart,
  code,
  fold,
  type Notice,
  paragraph,
} from "../../parts/document.ts";
import { formatIops, sentence } from "../../parts/format.ts";
import { statisticText } from "../../parts/latency-cell.ts";
import { latencyPrefix, rateTitle } from "../words/phase.ts";
import { cacheBlocks } from "./cache.ts";
import { type Detail, detailOf, FIRST_PHASES } from "./detail.ts";
import { hostNotices, hostsChart } from "./hosts.ts";
import { matricesOf } from "./matrix.ts";
import { matrixCharts } from "./matrix-charts.ts";
import { phaseTitle } from "./names.ts";
import { noticesOf } from "./notices.ts";
import { percentilesChart } from "./percentiles.ts";
import { rowsChart } from "./rows.ts";
import { searchChart } from "./search.ts";
import { tilesOf } from "./tiles.ts";
import { timelineChart } from "./timeline.ts";

/** At most this many charts of hosts; the section "Hosts" has all phases. */
const MAX_HOST_CHARTS = 4;

/** Blocks of the view of a run, in their order on the page. */
export function runView(run: Run, series: RunSeries): readonly Block[] {
  const { phases, hosts = [] } = series;
  const matrices = matricesOf(run);
  const tiles = tilesOf(run, matrices);
  const charts = [
    ...(run.searches ?? []).map((search) => searchChart(run, search)),
    ...matrices.flatMap((matrix) => matrixCharts(run, matrix, phases)),
    rowsChart(run),
  ];
  return [
    ...noticesOf(run),
    ...hostNotices(run),
    ...seriesNotices(series),
    ...(tiles === null ? [] : [tiles]),
    ...medianResults(run)
      .flatMap((result) => hostsChart(run, result, hosts) ?? [])
      .slice(0, MAX_HOST_CHARTS),
    ...charts.flatMap((chart) => chart ?? []),
    ...phaseBlocks(run, phases),
    ...cacheBlocks(run),
  ];
}

/** Missing parts of the time series; nothing is drawn from a file that was cut. */
function seriesNotices({ phases, problem, hostProblem }: RunSeries): readonly Notice[] {
  const which = phases.length === 0 ? "" : " for some phases";
  const texts = [
    ...(problem === null ? [] : [`The page has no charts over time${which}: ${sentence(problem)}`]),
    ...(hostProblem === undefined
      ? []
      : [`CPU steal, CPU wait and device throughput are incomplete: ${sentence(hostProblem)}`]),
  ];
  return texts.map((text) => ({ kind: "notice", tone: "caveat", text }));
}

/** Charts of phases: of the only one as they are, of several folded. */
function phaseBlocks(run: Run, series: readonly PhaseSeries[]): readonly Block[] {
  const all = medianResults(run);
  const detail = detailOf(run);
  const shown = detail.results;
  const details = shown.flatMap((result) => {
    const charts = phaseCharts(run, result, series, detail);
    return charts.length === 0 ? [] : [{ result, charts }];
  });
  const [only] = details;
  if (all.length === 1) return only?.charts ?? [];
  const left = all.length - shown.length;
  const others =
    left === 0
      ? []
      : [
          paragraph(
            `Charts over time follow for ${shown.length} of ${all.length} phases: the first ` +
              `${FIRST_PHASES} and others with a caveat. The tables have all phases.`,
          ),
        ];
  return [
    ...(details.length === 0 ? [] : others),
    ...details.map(({ result, charts }) => fold(foldTitle(run, result), charts)),
  ];
}

function phaseCharts(
  run: Run,
  result: PhaseResult,
  series: readonly PhaseSeries[],
  detail: Detail,
): readonly Chart[] {
  const { phase, repetition } = result;
  const found = series.find((one) => one.phase === phase.name && one.repetition === repetition);
  if (found === undefined) return [];
  return [
    timelineChart(run, result, found, detail),
    detail.isFull ? percentilesChart(run, result, found) : null,
  ].flatMap((chart) => chart ?? []);
}

function foldTitle(run: Run, result: PhaseResult) {
  const all = overall(result);
  const p99 = statisticText(all?.response ?? all?.latency, "p99");
  const rate = `${formatIops(achievedPerSecond(all))} ${rateTitle(run)}`;
  return [code(phaseTitle(run, result)), `: ${rate}, ${latencyPrefix(all)}p99 ${p99}`];
}
