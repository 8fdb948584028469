import type { StorageCost } from "../../../model/run/cost.ts";
import { type Chart, cell, name, tableColumns } from "../../parts/document.ts";
import { usd } from "../../parts/format.ts";
import { classOf, delivered, perUnit } from "../costs.ts";
import type { WorkloadGrid } from "../grid.ts";

/** Delivered units that a month is divided by. */
const UNITS = [
  { id: "iops", per: 1000, title: "Monthly cost per 1,000 delivered IOPS" },
  { id: "throughput", per: 1e6, title: "Monthly cost per delivered MB/s" },
] as const;

/** Monthly cost per delivered IOPS and MB/s, the cheapest first. */
export function costCharts(grid: WorkloadGrid, costs: readonly StorageCost[]): readonly Chart[] {
  return UNITS.flatMap(({ id, per, title }): Chart[] => {
    const bars = costs
      .flatMap((cost) => {
        const value = perUnit(cost, delivered(grid, cost, id), per);
        const kind = classOf(cost);
        const label = kind === "" ? cost.target : `${cost.target} (${kind})`;
        return value === null ? [] : [{ label, value, text: usd(value) }];
      })
      .toSorted((one, other) => one.value - other.value);
    const [first] = bars;
    if (first === undefined) return [];
    const alone = bars.length === 1 ? "Only one storage has a monthly price and a rate. " : "";
    return [
      {
        kind: "chart",
        id: `cost-${id}`,
        title,
        reading:
          `Lowest: ${first.label}, ${first.text}. ${alone}List price divided by the highest rate ` +
          "measured without a disqualifying caveat; shorter is cheaper.",
        figure: { kind: "bars", unit: "USD", bars },
        numbers: {
          kind: "table",
          id: `cost-${id}-numbers`,
          columns: tableColumns([
            ["storage", "Storage", "left"],
            ["usd_per_month", "USD per month", "right"],
          ]),
          rows: bars.map(({ label, value, text }) => [name(label), cell(text, value, "USD")]),
        },
      },
    ];
  });
}
