import type { Figure } from "../parts/figure.ts";
import { draw, WIDE_PX } from "./draw.ts";
import { COLORS, DARK } from "./kit/palette.ts";
import { type DrawingNames, fill } from "./kit/svg.ts";

/** Colors of a dark page; a picture in a file has no page whose style sheet sets them. */
const STYLE =
  "<style>text{font-variant-numeric:tabular-nums}@media (prefers-color-scheme:dark){" +
  COLORS.map((color) => `.f-${color}{fill:${DARK[color]}}.s-${color}{stroke:${DARK[color]}}`).join(
    "",
  ) +
  "}</style>";

/** Areas that exist for their tips only. */
const TIP_AREA = /<rect [^>]*pointer-events="all"><title>[^<]*<\/title><\/rect>/g;

/** Tips of marks; the title of the whole drawing has an id. */
const TIP = /<title>[^<]*<\/title>/g;

/**
 * A figure as the content of an SVG file: with its size, a ground and colors for light and dark.
 * Without tips, which a picture does not show.
 */
export function standaloneSvg(figure: Figure, names: DrawingNames): string {
  const svg = draw(figure, WIDE_PX, names).replaceAll(TIP_AREA, "").replaceAll(TIP, "");
  const ground = `<rect width="100%" height="100%" ${fill("ground")}/>`;
  return svg
    .replace(/viewBox="0 0 (\S+) (\S+)"/, 'width="$1" height="$2" $&')
    .replace("</desc>", `</desc>${STYLE}${ground}`)
    .concat("\n");
}
