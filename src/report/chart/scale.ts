import { scaleLinear, scaleLog } from "d3-scale";

/** Maps values of an axis to pixels, with the values that get a tick. */
export interface Scale {
  readonly at: (value: number) => number;
  /** Value at a pixel: the inverse of `at`. */
  readonly from: (pixel: number) => number;
  readonly ticks: readonly number[];
  readonly domain: readonly [number, number];
}

/** A linear axis from 0 that contains `max`, with about `count` ticks. */
export function linearFromZero(max: number, range: readonly [number, number], count = 4): Scale {
  const top = max > 0 ? max : 1;
  const scale = scaleLinear()
    .domain([0, top])
    .nice(count)
    .range([...range]);
  return made(scale, scale.ticks(count));
}

/** A linear axis with exactly this domain. */
export function linear(
  domain: readonly [number, number],
  range: readonly [number, number],
  count = 6,
): Scale {
  const [low, high] = domain;
  const scale = scaleLinear()
    .domain([low, high > low ? high : low + 1])
    .range([...range]);
  return made(scale, scale.ticks(count));
}

/** Below this many decades, ticks are also at 2 and 5. */
const FEW_DECADES = 1.7;

/** A logarithmic axis that contains both values, which are positive; ticks at 1, or 1, 2 and 5. */
export function logarithmic(low: number, high: number, range: readonly [number, number]): Scale {
  const few = Math.log10(high / low) < FEW_DECADES;
  const steps = few ? [1, 2, 5, 10] : [1, 10];
  const from = below(low, steps);
  const to = Math.max(above(high, steps), from * 2);
  const scale = scaleLog()
    .domain([from, to])
    .range([...range]);
  const ticks: number[] = [];
  for (let decade = 10 ** Math.floor(Math.log10(from)); decade <= to * 1.001; decade *= 10) {
    for (const step of few ? [1, 2, 5] : [1]) {
      const tick = step * decade;
      if (tick >= from * 0.999 && tick <= to * 1.001) ticks.push(tick);
    }
  }
  return made(scale, ticks);
}

function below(value: number, steps: readonly number[]): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * (steps.findLast((step) => step * decade <= value * 1.000001) ?? 1);
}

function above(value: number, steps: readonly number[]): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * (steps.find((step) => step * decade >= value * 0.999999) ?? 10);
}

interface D3Scale {
  (value: number): number;
  invert(pixel: number): number;
  domain(): number[];
}

function made(scale: D3Scale, ticks: readonly number[]): Scale {
  const [low = 0, high = 1] = scale.domain();
  // A logarithm of 0 has no place: such a value is drawn at the lower end.
  const at = (value: number): number => scale(Math.min(high, Math.max(low, value)));
  return { at, from: (pixel) => scale.invert(pixel), ticks, domain: [low, high] };
}
