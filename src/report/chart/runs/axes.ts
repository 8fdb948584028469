import { scaleLinear } from "d3-scale";
import { made, type Scale, withTicks } from "../kit/scale.ts";

type Range = readonly [number, number];

/** Shares of a range that are left free at both ends, so that marks stay inside. */
const MARGIN = 0.06;

/** A linear axis around values, not from 0: for points, whose length means nothing. */
export function aroundAxis(low: number, high: number, range: Range, count = 4): Scale {
  const reach = high > low ? high - low : Math.max(Math.abs(high) * 0.1, 1e-9);
  const from = low - MARGIN * reach;
  const scale = scaleLinear()
    .domain([low >= 0 ? Math.max(0, from) : from, high + MARGIN * reach])
    .nice(count)
    .range([...range]);
  return made(scale, scale.ticks(count));
}

/** Ratios with a tick by the largest ratio that an axis has to show, the finest first. */
const RATIO_TICKS: readonly (readonly [most: number, ticks: readonly number[]])[] = [
  [1.12, [0.9, 0.925, 0.95, 0.975, 1, 1.025, 1.05, 1.075, 1.1]],
  [1.3, [0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25]],
  [2.2, [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2]],
  [6, [0.2, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5]],
  [60, [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50]],
];

/** Pixels between two ticks of ratios. */
const TICK_PX = 46;

/** Smallest range of an axis of ratios: differences of a few percent stay small. */
const LEAST_REACH = 1.1;

/** A logarithmic axis that contains 1 and the ratios, which are positive. */
export function ratioAxis(ratios: readonly number[], range: Range): Scale {
  const low = Math.min(1 / LEAST_REACH, ...ratios);
  const high = Math.max(LEAST_REACH, ...ratios);
  const room = (high / low) ** MARGIN;
  const domain: Range = [low / room, high * room];
  const scale = withTicks(domain, range, []);
  const most = Math.max(high, 1 / low);
  const candidates = RATIO_TICKS.find(([upTo]) => most <= upTo)?.[1] ?? decades(domain);
  const within = candidates.filter((tick) => tick >= domain[0] && tick <= domain[1]);
  return { ...scale, ticks: apart(within, scale.at) };
}

function decades([low, high]: Range): readonly number[] {
  const first = Math.ceil(Math.log10(low));
  const last = Math.floor(Math.log10(high));
  return Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
}

/** Ticks that are far enough apart; 1 is always one of them. */
function apart(ticks: readonly number[], at: (value: number) => number): readonly number[] {
  const kept = [1];
  const byDistance = ticks.toSorted(
    (one, two) => Math.abs(Math.log(one)) - Math.abs(Math.log(two)),
  );
  for (const tick of byDistance) {
    if (kept.every((other) => Math.abs(at(other) - at(tick)) >= TICK_PX)) kept.push(tick);
  }
  return kept.toSorted((one, two) => one - two);
}
