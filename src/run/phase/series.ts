import { ENGINES } from "../../engine/index.ts";
import type { PhaseSetup } from "../../load/task.ts";
import { BRINGS, type Operation, SENDS, SYNCABLE } from "../../model/plan/operation.ts";
import { CONNECTION_METRICS, type Series, STAGES } from "../../model/run/measurement.ts";

/** The latency distributions of a phase, in the order of its mix. */
export function seriesOf(setup: PhaseSetup): readonly Series[] {
  const { phase, engine, location } = setup;
  return phase.mix.flatMap(({ operation }): Series[] => {
    const service: Series = { operation, metric: "service" };
    const timed = ENGINES[engine].firstByte && BRINGS.has(operation);
    const isClient = ENGINES[engine].drives === "event-loop" && location.kind === "bucket";
    const retried = phase.retries > 0 && isClient;
    const synced = phase.sync !== null && SYNCABLE.has(operation);
    const staged = ENGINES[engine].staged?.includes(operation) === true;
    const paced = phase.rate !== null;
    return [
      service,
      ...(paced ? (["response", "pacing"] as const).map((metric) => ({ operation, metric })) : []),
      ...(timed ? [{ operation, metric: "firstByte" } as const] : []),
      ...connectionSeries(operation, setup),
      ...(retried ? [{ operation, metric: "attempt" } as const] : []),
      ...(synced ? [{ operation, metric: "sync" } as const] : []),
      ...(staged ? STAGES.map((metric) => ({ operation, metric })) : []),
    ];
  });
}

/** Connection times of an operation, for an engine that can measure them. */
function connectionSeries(operation: Operation, { engine, location }: PhaseSetup): Series[] {
  if (ENGINES[engine].seesConnections !== true) return [];
  const plain = location.kind === "bucket" && location.address.endpoint?.startsWith("http:");
  return CONNECTION_METRICS.filter((metric) => {
    if (metric === "tls") return plain !== true;
    return metric !== "answer" || SENDS.has(operation);
  }).map((metric) => ({ operation, metric }));
}
