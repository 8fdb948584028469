import type { EngineTraits } from "../../engine/engine.ts";
import { BRINGS, NO_BYTES, SYNCABLE } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import { OPEN_LOOP } from "../../model/plan/threshold.ts";
import { oneOf } from "../../yaml/nearest.ts";
import type { WrittenThreshold } from "../schema/threshold.ts";

/** Why a phase cannot have what a threshold looks at, on no target; null where it can. */
export function thresholdMisfit(threshold: WrittenThreshold, phase: PhasePlan): string | null {
  const { text, measure, operation } = threshold;
  if (phase.find !== undefined) {
    return `\`${text}\`: a phase that searches is held to the \`slo\` of its \`find\` alone`;
  }
  const all = phase.mix.map((part) => part.operation);
  if (operation !== "all" && !all.includes(operation)) {
    return `\`${text}\`: the phase does no \`${operation}\`, expected ${oneOf(all)}`;
  }
  const operations = operation === "all" ? all : [operation];
  const named = `\`${operations.join("` and `")}\``;
  if (OPEN_LOOP.has(measure.of) && phase.rate === null) {
    const instead = measure.of === "response" ? ", expected `service` or a `rate`" : "";
    return `\`${text}\`: only a phase with a \`rate\` has such a measure${instead}`;
  }
  if (measure.of === "sync" && phase.sync === null) {
    return `\`${text}\`: the phase has no \`sync\`, so that no sync is timed`;
  }
  if (measure.of === "sync" && !operations.some((one) => SYNCABLE.has(one))) {
    return `\`${text}\`: ${named} is not synced, expected \`write\` or \`create\``;
  }
  if (measure.of === "firstByte" && !operations.some((one) => BRINGS.has(one))) {
    return `\`${text}\`: the answer to ${named} brings no bytes, so that there is no first one`;
  }
  if (measure.of === "throughput" && operations.every((one) => NO_BYTES.has(one))) {
    return `\`${text}\`: ${named} moves no bytes, expected \`rate\``;
  }
  return null;
}

/** Why an engine does not measure what a phase's thresholds look at; null where it does. */
export function unseenFirstByte(
  { thresholds = [], find }: PhasePlan,
  traits: EngineTraits,
): string | null {
  const first = [...thresholds, ...(find?.slo ?? [])].find(
    ({ measure }) => measure.of === "firstByte",
  );
  if (first === undefined || traits.firstByte) return null;
  return (
    `threshold \`${first.text}\`: the ${traits.name} engine does not see first bytes; leave it ` +
    "out here"
  );
}
