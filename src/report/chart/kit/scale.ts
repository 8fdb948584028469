import { scaleLinear, scaleLog } from "d3-scale";

/** Maps values of an axis to pixels, with the values that get a tick. */
export interface Scale {
  /** Pixel of a value; one outside of the domain is at its end. */
  readonly at: (value: number) => number;
  /** Value at a pixel: the inverse of `at`. */
  readonly from: (pixel: number) => number;
  /** Increasing. */
  readonly ticks: readonly number[];
  readonly domain: readonly [number, number];
}

type Range = readonly [number, number];

/** Below this, a number is 0 for an axis. */
const MIN_TOP = 1e-100;

/** A linear axis from 0 that contains `max`, with about `count` ticks; the last is its end. */
export function linearFromZero(max: number, range: Range, count = 4): Scale {
  const top = Number.isFinite(max) && max > MIN_TOP ? max : 1;
  const scale = scaleLinear()
    .domain([0, top])
    .nice(count)
    .range([...range]);
  return made(scale, scale.ticks(count));
}

/** A linear axis with exactly this domain. */
export function linear(domain: readonly [number, number], range: Range, count = 6): Scale {
  const low = Number.isFinite(domain[0]) ? domain[0] : 0;
  const high = Number.isFinite(domain[1]) && domain[1] > low ? domain[1] : low + 1;
  const scale = scaleLinear()
    .domain([low, high])
    .range([...range]);
  return made(scale, scale.ticks(count));
}

/** Below this many decades, ticks are also at 2 and 5. */
const FEW_DECADES = 1.7;

/** Largest decade of an axis, either way. */
const MAX_DECADE = 100;

/**
 * A logarithmic axis that contains both values and ends at ticks: at 1, 2 and 5 of each decade, or
 * at its ends and at 1 with many decades. Values that have no logarithm are left out.
 */
export function logarithmic(low: number, high: number, range: Range): Scale {
  const valid = [low, high].filter((value) => value > 0 && Number.isFinite(value));
  const [least, most] = valid.length === 0 ? [1, 10] : [Math.min(...valid), Math.max(...valid)];
  const from = rungBelow(least);
  const to = Math.max(rungAbove(most), from + 1);
  const isFew = Math.log10(most / least) < FEW_DECADES;
  const ticks: number[] = [];
  for (let rung = from; rung <= to; rung++) {
    const isShown = isFew || rung === from || rung === to || rung % RUNGS.length === 0;
    if (isShown) ticks.push(rungValue(rung));
  }
  const scale = scaleLog()
    .domain([rungValue(from), rungValue(to)])
    .range([...range]);
  return made(scale, ticks);
}

/** A logarithmic axis with exactly this domain of positive values, and given ticks. */
export function withTicks(
  domain: readonly [number, number],
  range: Range,
  ticks: readonly number[],
): Scale {
  const scale = scaleLog()
    .domain([...domain])
    .range([...range]);
  return made(scale, ticks);
}

/** Ticks of a decade. A rung is the number of a tick: 0 is 1, 1 is 2, 2 is 5, 3 is 10. */
const RUNGS = [1, 2, 5] as const;

/** Values this close to a tick are at it, so that rounding does not add a decade. */
const CLOSE = 1e-6;

function rungValue(rung: number): number {
  const decade = Math.floor(rung / RUNGS.length);
  return Number(`${RUNGS[rung - decade * RUNGS.length] ?? 1}e${decade}`);
}

function rungBelow(value: number): number {
  let rung = (decadeOf(value) + 1) * RUNGS.length;
  while (rungValue(rung) > value * (1 + CLOSE)) rung--;
  return rung;
}

function rungAbove(value: number): number {
  let rung = decadeOf(value) * RUNGS.length;
  while (rungValue(rung) < value * (1 - CLOSE)) rung++;
  return rung;
}

function decadeOf(value: number): number {
  return Math.max(-MAX_DECADE, Math.min(MAX_DECADE, Math.floor(Math.log10(value))));
}

interface D3Scale {
  (value: number): number;
  invert(pixel: number): number;
  domain(): number[];
}

/** A scale of d3 whose values outside of its domain are at its ends. */
export function made(scale: D3Scale, ticks: readonly number[]): Scale {
  const [low = 0, high = 1] = scale.domain();
  const at = (value: number): number =>
    scale(Number.isNaN(value) ? low : Math.min(high, Math.max(low, value)));
  return { at, from: (pixel) => scale.invert(pixel), ticks, domain: [low, high] };
}
