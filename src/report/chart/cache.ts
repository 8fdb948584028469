import type { CacheFigure, CacheRow } from "../parts/figure.ts";
import { formatBytes } from "../parts/format.ts";
import { bottomAxis, bottomHeight, type Plot, tickTexts } from "./kit/frame.ts";
import { legend } from "./kit/legend.ts";
import { fitText, fitTexts, textWidth } from "./kit/measure.ts";
import { linearFromZero, type Scale } from "./kit/scale.ts";
import { type DrawingNames, drawing, fill, px, text, withTip } from "./kit/svg.ts";

const BAR_PX = 9;
/** Two bars and the space below them; narrow drawings also have a line for the name. */
const ROW_PX = 34;
const NAME_PX = 16;
const WIDE_FROM_PX = 640;
const TITLE = "MB";

/** Two bars per phase: bytes that operations read, and bytes that came from the storage. */
export function drawCache({ rows }: CacheFigure, widthPx: number, names: DrawingNames): string {
  const isWide = widthPx >= WIDE_FROM_PX;
  const signs = legend(
    [
      { sign: "area", color: "muted", words: "read by operations" },
      { sign: "area", color: "rate", words: "came from the storage" },
    ],
    0,
    widthPx,
  );
  const widest = Math.max(0, ...rows.map(({ label }) => textWidth(label)));
  const left = isWide ? Math.min(widthPx / 4, widest + 14) : 8;
  const shares = Math.max(0, ...rows.map((row) => textWidth(shareText(row), true)));
  const rowPx = ROW_PX + (isWide ? 0 : NAME_PX);
  const top = signs.height + 8;
  const bottom = top + Math.max(1, rows.length) * rowPx;
  const right = widthPx - (isWide ? Math.min(widthPx / 3, shares + 12) : 12);
  const plot = { left, right, top, bottom };
  const x = linearFromZero(
    Math.max(0, ...rows.flatMap(({ readBytes, fetchedBytes }) => [readBytes, fetchedBytes])),
    [plot.left, plot.right],
    isWide ? 5 : 2,
  );
  const axis = {
    scale: x,
    plot,
    widthPx,
    texts: tickTexts(x, "bytes"),
    title: TITLE,
    hasGrid: true,
  };
  const place = { plot, widthPx, isWide };
  // On narrow drawings the share is at the end of the line with the name.
  const labels = fitTexts(
    rows.map(({ label }) => label),
    isWide ? left - 10 : widthPx - Math.min(shares, widthPx / 2) - 12,
  );
  const body =
    signs.svg +
    bottomAxis(axis) +
    rows
      .map((row, at) => drawRow({ ...row, label: labels[at] ?? "" }, x, top + at * rowPx, place))
      .join("");
  return drawing(names, { width: widthPx, height: bottom + bottomHeight(TITLE) }, body);
}

/** A sign and words, so that the color is not the only sign. */
function shareText({ share, isHigh }: CacheRow): string {
  return `${isHigh ? "✕ " : ""}${share} from cache`;
}

interface Place {
  readonly plot: Plot;
  readonly widthPx: number;
  readonly isWide: boolean;
}

function drawRow(row: CacheRow, x: Scale, top: number, { plot, widthPx, isWide }: Place): string {
  const first = top + (isWide ? 4 : 4 + NAME_PX);
  const middle = first + BAR_PX + 4;
  const bar = (bytes: number, y: number, look: "muted" | "rate", what: string): string =>
    withTip(
      `<rect x="${px(plot.left)}" y="${px(y)}" width="${px(x.at(bytes) - plot.left)}" ` +
        `height="${BAR_PX}" ${fill(look)}/>`,
      `${row.text}: ${what} ${formatBytes(bytes)}`,
    );
  const shareRoom = isWide ? widthPx - plot.right - 8 : widthPx / 2;
  const share = fitText(shareText(row), shareRoom, true);
  const look = { color: row.isHigh ? "bad" : "muted", strong: true } as const;
  return (
    (isWide
      ? text(plot.left - 8, middle, row.label, { anchor: "end", color: "ink" }) +
        text(plot.right + 6, middle, share, look)
      : text(0, top + 14, row.label, { color: "ink" }) +
        text(widthPx, top + 14, share, { ...look, anchor: "end" })) +
    bar(row.readBytes, first, "muted", "read by operations") +
    bar(row.fetchedBytes, first + BAR_PX + 2, "rate", "came from the storage")
  );
}
