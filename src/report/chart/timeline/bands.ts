import type { TimelineBand, TimelineColumn, TimelineFigure } from "../../parts/figure.ts";
import type { Plot } from "../kit/frame.ts";
import type { LegendItem } from "../kit/legend.ts";
import type { Color } from "../kit/palette.ts";
import type { Scale } from "../kit/scale.ts";
import { fill, line, px, withTip } from "../kit/svg.ts";
import { HEAT_LEVELS, heatOpacity } from "./heat.ts";

/** At most this many places with a tip; more columns share one. */
const MAX_TIPS = 120;

/** A band is at least this wide. */
const MIN_BAND_PX = 2;

const LOOKS: Readonly<
  Record<TimelineBand["meaning"], { readonly color: Color; readonly opacity: number }>
> = { pause: { color: "band", opacity: 1 }, excluded: { color: "grid", opacity: 0.55 } };

const MEANINGS: Readonly<Record<TimelineBand["meaning"], string>> = {
  pause: "load generator was not scheduled",
  excluded: "not in the results",
};

/** The signs of a time line that have no name next to them. */
export function legendItems(figure: TimelineFigure): readonly LegendItem[] {
  const { columns, bands, changes } = figure;
  const has = (meaning: TimelineBand["meaning"]) => bands.some((band) => band.meaning === meaning);
  const band = (meaning: TimelineBand["meaning"]): readonly LegendItem[] =>
    has(meaning) ? [{ sign: "area", ...LOOKS[meaning], words: MEANINGS[meaning] }] : [];
  const heat: LegendItem = {
    sign: "area",
    color: "rate",
    opacity: heatOpacity(HEAT_LEVELS - 2),
    words: "latencies; stronger: more operations",
  };
  return [
    { sign: "line", color: "rate", words: "achieved rate" },
    ...(columns.some(({ offered }) => offered !== null)
      ? [{ sign: "dashed", color: "muted", words: "offered load" } as const]
      : []),
    ...(columns.some(({ cells }) => cells.length > 0) ? [heat] : []),
    ...band("pause"),
    ...band("excluded"),
    ...changes
      .slice(0, 1)
      .map(({ text }) => ({ sign: "upright", color: "ink", words: text }) as const),
  ];
}

/** Times with a meaning, behind all strips. */
export function bandsBehind(bands: readonly TimelineBand[], x: Scale, plot: Plot): string {
  return bands
    .toSorted((one, other) => one.meaning.localeCompare(other.meaning))
    .map(({ meaning, fromS, toS, text }) => {
      const { color, opacity } = LOOKS[meaning];
      const width = Math.max(MIN_BAND_PX, x.at(toS) - x.at(fromS));
      const left = Math.min(x.at(fromS), plot.right - width);
      const shade = opacity === 1 ? "" : ` fill-opacity="${opacity}"`;
      return withTip(`${rectangle(left, width, plot)} ${fill(color)}${shade}/>`, text);
    })
    .join("");
}

function rectangle(left: number, width: number, { top, bottom }: Plot): string {
  return `<rect x="${px(left)}" y="${px(top)}" width="${px(width)}" height="${px(bottom - top)}"`;
}

/** Upright lines at lasting changes of the rate. */
export function changeLines(changes: TimelineFigure["changes"], x: Scale, plot: Plot): string {
  return changes
    .map(({ atS, text }) => {
      const at = x.at(atS);
      return withTip(line(at, plot.top, at, plot.bottom, { color: "ink", dash: "2 2" }), text);
    })
    .join("");
}

/** Invisible areas over all strips with the numbers of the columns below them. */
export function columnTips(columns: readonly TimelineColumn[], x: Scale, plot: Plot): string {
  const size = Math.max(1, Math.ceil(columns.length / MAX_TIPS));
  const areas: string[] = [];
  for (let at = 0; at < columns.length; at += size) {
    const group = columns.slice(at, at + size);
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) continue;
    if (first.text === "") continue;
    const left = x.at(first.fromS);
    const area = rectangle(left, Math.max(0.5, x.at(last.toS) - left), plot);
    const words = group.map(({ text }) => text).join("; ");
    areas.push(withTip(`${area} fill="none" pointer-events="all"/>`, words));
  }
  return areas.join("");
}
