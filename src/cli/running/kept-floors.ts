import type { Floors } from "../../model/run/harness.ts";

/** The floors kept of this machine by this version; null where no selftest was made. */
export async function keptFloors(version: string): Promise<Floors | null> {
  const { describeEnvironment } = await import("../../environment/index.ts");
  const { floorsPath, readFloors } = await import("../../run/self/floor-store.ts");
  return readFloors(floorsPath(await describeEnvironment(null), version, process.env));
}

/** What `assay check` says of a machine's floors. */
export function floorsLine(floors: Floors | null): string {
  if (floors === null) return "Floors   not measured on this machine; `assay selftest` does";
  const most = new Map<string, number>();
  for (const { engine, operationsPerSecond } of floors.floors) {
    most.set(engine, Math.max(most.get(engine) ?? 0, operationsPerSecond));
  }
  const rates = [...most].map(
    ([engine, rate]) => `${engine} ${Number(rate.toPrecision(2)).toLocaleString("en-US")}`,
  );
  return `Floors   op/s a worker at most: ${rates.join(", ")} (${floors.measuredAt.slice(0, 10)})`;
}
