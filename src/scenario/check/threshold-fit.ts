import type { EngineTraits } from "../../engine/engine.ts";
import { BRINGS, NO_BYTES, SYNCABLE } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import { OPEN_LOOP } from "../../model/plan/threshold.ts";
import { oneOf } from "../../yaml/nearest.ts";
import type { WrittenThreshold } from "../schema/threshold.ts";

/** Returns why no target can produce the metric of a threshold in a phase; null if one can. */
export function thresholdProblem(threshold: WrittenThreshold, phase: PhasePlan): string | null {
  const { text, measure, operation } = threshold;
  if (phase.find !== undefined) {
    const remedy = "add it to the `slo` of `find`";
    return `\`${text}\`: a phase with \`find\` has no thresholds; ${remedy}`;
  }
  const all = phase.mix.map((part) => part.operation);
  if (operation !== "all" && !all.includes(operation)) {
    return `\`${text}\`: the phase has no \`${operation}\`; expected ${oneOf(all)}`;
  }
  const operations = operation === "all" ? all : [operation];
  const named = `\`${operations.join("` and `")}\``;
  if (OPEN_LOOP.has(measure.of) && phase.rate === null) {
    const instead =
      measure.of === "response" ? "; use `service` or add a `rate`" : "; add a `rate`";
    return `\`${text}\`: this metric requires a phase with a \`rate\`${instead}`;
  }
  if (measure.of === "sync" && phase.sync === null) {
    return `\`${text}\`: this metric requires \`sync\` in the phase`;
  }
  if (measure.of === "sync" && !operations.some((one) => SYNCABLE.has(one))) {
    return `\`${text}\`: ${named} is not synced; expected \`write\` or \`create\``;
  }
  if (measure.of === "firstByte" && !operations.some((one) => BRINGS.has(one))) {
    return `\`${text}\`: responses to ${named} have no body, so there is no first byte`;
  }
  if (measure.of === "throughput" && operations.every((one) => NO_BYTES.has(one))) {
    return `\`${text}\`: ${named} transfers no data; expected \`rate\``;
  }
  return null;
}

/** Returns why an engine cannot measure the first byte that a threshold needs; null if it can. */
export function unseenFirstByte(
  { thresholds = [], find }: PhasePlan,
  traits: EngineTraits,
): string | null {
  const first = [...thresholds, ...(find?.slo ?? [])].find(
    ({ measure }) => measure.of === "firstByte",
  );
  if (first === undefined || traits.firstByte) return null;
  return (
    `threshold \`${first.text}\`: the ${traits.name} engine does not measure the first byte; ` +
    "remove the threshold"
  );
}
