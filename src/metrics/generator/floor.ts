import { ANSWERS, type Operation, SENDS } from "../../model/plan/operation.ts";
import type { EngineName } from "../../model/plan/plan.ts";
import type { Floor } from "../../model/run/harness.ts";

/** A phase as far as a floor depends on it. */
export interface FloorKey {
  readonly engine: EngineName;
  readonly operations: readonly Operation[];
  /** Of one thread. */
  readonly queueDepth: number;
}

/**
 * The floor that bounds a phase: of its engine, of what it does, at depth 1 or beyond. Floors are
 * measured with small blocks, so that larger ones are never faster; a mix is bounded by the faster
 * of its operations. Null where none was measured, or operations move no bytes: what they cost the
 * client was not measured.
 */
export function floorOf(floors: readonly Floor[], key: FloorKey): Floor | null {
  if (!key.operations.every((one) => ANSWERS.has(one) || SENDS.has(one))) return null;
  const directions = new Set(key.operations.map((one) => (SENDS.has(one) ? "write" : "read")));
  const fitting = floors.filter(
    ({ engine, direction, queueDepth }) =>
      engine === key.engine &&
      directions.has(direction) &&
      (key.queueDepth === 1 ? queueDepth === 1 : queueDepth > 1),
  );
  return fitting.reduce<Floor | null>(
    (fastest, one) =>
      fastest === null || one.operationsPerSecond > fastest.operationsPerSecond ? one : fastest,
    null,
  );
}
