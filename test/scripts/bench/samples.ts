import { readFileSync } from "node:fs";
import { FIO_CELLS } from "../../../scripts/bench/cells.ts";
import type { FioCell } from "../../../scripts/bench/families/fio.ts";
import type { Sample } from "../../../scripts/bench/runner/statistics.ts";

function recorded(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}

/** The report of fio 3.33 on 16 jobs that read. */
export const PSYNC = recorded("fio-psync.json");
/** Its report on 70/30 reads and writes on io_uring with an fsync after every 64 writes. */
export const MIXED = recorded("fio-mixed.json");

export function cellNamed(name: string): FioCell {
  const cell = FIO_CELLS.find((one) => one.name === name);
  if (cell === undefined) throw new Error(`the cell ${name} is gone`);
  return cell;
}

export function sample(
  operationsPerSecond: number,
  p50Ns = 60_000,
  cpuNsPerOperation = 10_000,
): Sample {
  const read = { p50Ns, p99Ns: 2 * p50Ns, p999Ns: 3 * p50Ns };
  return { operationsPerSecond, latency: { read }, cpuNsPerOperation };
}
