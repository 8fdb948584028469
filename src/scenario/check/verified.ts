import { UNIT_BYTES } from "../../model/plan/data.ts";
import type { DatasetPlan } from "../../model/plan/dataset.ts";
import { sizeBounds } from "../../model/plan/dataset.ts";
import {
  BLOCKS,
  MODIFIES,
  ON_PATHS,
  OPERATION,
  type Operation,
} from "../../model/plan/operation.ts";
import type { AccessPattern, PhasePlan } from "../../model/plan/plan.ts";

/** Each 4 KiB unit takes 4 bytes of memory for its generation: at most 256 MiB. */
const MAX_VERIFIED_BYTES = 256 * 1024 ** 3;

/**
 * Whether an operation leaves the blocks of a verified dataset unchanged. Renamed files get their
 * first names back before they are read.
 */
function isHarmless(operation: Operation): boolean {
  const isOfFiles = ON_PATHS.has(operation) && OPERATION[operation].unit !== "sample";
  return isOfFiles && !MODIFIES.has(operation);
}

/** Whether `verify` can check the operations of a phase. */
export function canVerify(operations: readonly Operation[], access: AccessPattern): boolean {
  return access !== "samples" && operations.every((operation) => BLOCKS.has(operation));
}

/** Returns why a phase with `verify` cannot be verified, one sentence; null if it can. */
export function unverifiable(phase: PhasePlan, dataset: DatasetPlan | null): string | null {
  const operations = phase.mix.map(({ operation }) => operation);
  if (!canVerify(operations, phase.access)) {
    return "`verify` requires `read` or `write`, or whole objects in a bucket";
  }
  if (dataset === null) return null;
  const { name, kind, data, count } = dataset;
  if (kind === "shards")
    return `\`verify\` requires a dataset of files; \`${name}\` has \`kind: shards\``;
  if (data.dedupable > 1) {
    return `\`verify\` requires unique 4 KiB blocks; remove \`dedupable\` from \`${name}\``;
  }
  if (count * sizeBounds(dataset).most <= MAX_VERIFIED_BYTES) return null;
  return `\`verify\` supports at most 256 GiB; \`${name}\` may be larger`;
}

/** Returns the datasets of a plan; blocks of verified datasets contain their own description. */
export function withVerifiable(
  datasets: readonly DatasetPlan[],
  phases: readonly PhasePlan[],
): readonly DatasetPlan[] {
  const verified = verifiedNames(phases);
  return datasets.map((dataset) =>
    verified.has(dataset.name)
      ? { ...dataset, data: { ...dataset.data, verifiable: true } }
      : dataset,
  );
}

function verifiedNames(phases: readonly PhasePlan[]): ReadonlySet<string> {
  return new Set(phases.filter(({ verify }) => verify).map(({ dataset }) => dataset));
}

/** Returns the phases that would damage the blocks of a verified dataset, and why. */
export function damagingPhases(
  phases: readonly PhasePlan[],
): readonly { readonly phase: PhasePlan; readonly message: string }[] {
  const verified = verifiedNames(phases);
  return phases.flatMap((phase) => {
    if (!verified.has(phase.dataset)) return [];
    const message = damageBy(phase);
    return message === null ? [] : [{ phase, message }];
  });
}

function damageBy(phase: PhasePlan): string | null {
  const { dataset, blockBytes, blockMix, mix, verify } = phase;
  const damaging = mix.find(({ operation }) => !isHarmless(operation) && operation !== "write");
  if (damaging !== undefined) {
    const change = `\`${damaging.operation}\` would change the blocks of \`${dataset}\``;
    return `${change}, which another phase verifies; use another dataset`;
  }
  const moves = verify || mix.some(({ operation }) => operation === "write");
  const odd = [blockBytes, ...blockMix.map(({ bytes }) => bytes)].find(
    (bytes) => bytes % UNIT_BYTES !== 0,
  );
  if (!moves || odd === undefined) return null;
  return `\`verify\` of \`${dataset}\` requires multiples of 4 KiB, got ${odd} B`;
}
