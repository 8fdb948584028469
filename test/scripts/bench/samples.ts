import { readFileSync } from "node:fs";
import { FIO_CELLS } from "../../../scripts/bench/cells/fio.ts";
import type { Sample } from "../../../scripts/bench/runner/statistics.ts";

function recorded(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}

/** The report of fio 3.33 on 16 jobs that read. */
export const PSYNC = recorded("fio-psync.json");
/** Its report on 70/30 reads and writes on io_uring with an fsync after every 64 writes. */
export const MIXED = recorded("fio-mixed.json");

/** The sides of fio in all cells, each with its cell and as a load of fio. */
export const FIO_SIDES = FIO_CELLS.flatMap((cell) =>
  cell.fios.map((side) => ({ cell, side, load: { ...cell, ...side } })),
);

/** One of the ways that fio is run in a cell; the first one is `fio`. */
export function sideNamed(name: string, title = "fio"): (typeof FIO_SIDES)[number] {
  const found = FIO_SIDES.find((one) => one.cell.name === name && one.side.title === title);
  if (found === undefined) throw new Error(`the cell ${name} is not compared with ${title}`);
  return found;
}

export function sample(
  operationsPerSecond: number,
  p50Ns = 60_000,
  cpuNsPerOperation = 10_000,
): Sample {
  const read = { p50Ns, p99Ns: 2 * p50Ns, p999Ns: 3 * p50Ns };
  const cost = { cpuNsPerOperation: 2 * cpuNsPerOperation };
  return {
    operationsPerSecond,
    latency: { read },
    ...cost,
    workerCpuNsPerOperation: cpuNsPerOperation,
  };
}
