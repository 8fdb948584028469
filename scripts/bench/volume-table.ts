import { formatCount } from "../../src/report/parts/format.ts";
import {
  type Measured,
  MOST_ERROR,
  type VolumeFigure,
  type VolumeResult,
} from "./volume-result.ts";

export const VOLUME_HEAD: readonly string[] = [
  ...["emulated volume", "promised", "assay", "error", "fio", "error", "target", ""],
  "spread of each",
];

/** Emulated volumes as rows of a table: one for each figure. */
export function volumeRows(results: readonly VolumeResult[]): readonly (readonly string[])[] {
  return results.flatMap((one) => one.figures.map(row));
}

function row(figure: VolumeFigure): readonly string[] {
  const { title, unit, promised, assay, fio } = figure;
  const shown = (one: Measured | null) =>
    one === null ? ["–", "–"] : [amount(one.median, unit), percent(one.error)];
  const spreads = [assay, fio].map((one) => (one === null ? "–" : percent(one.spread, false)));
  const met = assay.met && fio?.met !== false;
  return [
    ...[title, amount(promised, unit), ...shown(assay), ...shown(fio)],
    ...[`± ${(100 * MOST_ERROR).toFixed(0)} %`, met ? "met" : "missed", spreads.join(", ")],
  ];
}

/** Rates in MiB, since that is what volumes are sold by. */
function amount(value: number, unit: VolumeFigure["unit"]): string {
  if (unit === "B/s") return `${(value / 2 ** 20).toFixed(2)} MiB/s`;
  if (unit === "s") return `${value.toFixed(2)} s`;
  return value < 1000 ? `${value.toFixed(1)} IOPS` : `${formatCount(value)} IOPS`;
}

function percent(share: number, signed = true): string {
  const text = `${(100 * share).toFixed(2)} %`;
  return signed && share >= 0 ? `+${text}` : text;
}
