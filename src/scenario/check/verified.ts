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

/** The generation of each 4 KiB is kept in 4 bytes of memory: 256 MiB of them at most. */
const MAX_VERIFIED_BYTES = 256 * 1024 ** 3;

/**
 * Whether an operation leaves blocks as they are, on a target whose blocks are verified; renamed
 * files have their first names again before they are read.
 */
function isHarmless(operation: Operation): boolean {
  const isOfFiles = ON_PATHS.has(operation) && OPERATION[operation].unit !== "sample";
  return isOfFiles && !MODIFIES.has(operation);
}

/** Whether there are blocks in such a phase that `verify` could check. */
export function canVerify(operations: readonly Operation[], access: AccessPattern): boolean {
  return access !== "samples" && operations.every((operation) => BLOCKS.has(operation));
}

/** What keeps a phase that says `verify` from it, in one sentence, or null. */
export function unverifiable(phase: PhasePlan, dataset: DatasetPlan | null): string | null {
  const operations = phase.mix.map(({ operation }) => operation);
  if (!canVerify(operations, phase.access)) {
    return "`verify` checks blocks that `read` and `write` move, and whole objects, nothing else";
  }
  if (dataset === null) return null;
  const { name, kind, data, count } = dataset;
  if (kind === "shards") return `\`verify\` needs loose files, \`${name}\` holds tar shards`;
  if (data.dedupable > 1) {
    return `\`verify\` makes every 4 KiB another one, so \`${name}\` cannot be \`dedupable\``;
  }
  if (count * sizeBounds(dataset).most <= MAX_VERIFIED_BYTES) return null;
  return `\`verify\` keeps track of at most 256 GiB, \`${name}\` may hold more`;
}

/** The datasets of a plan; those with a verified phase hold blocks that describe themselves. */
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

/** Phases that would spoil a verified dataset, or the phase's own blocks, and why. */
export function spoilers(
  phases: readonly PhasePlan[],
): readonly { readonly phase: PhasePlan; readonly message: string }[] {
  const verified = verifiedNames(phases);
  return phases.flatMap((phase) => {
    if (!verified.has(phase.dataset)) return [];
    const message = spoils(phase);
    return message === null ? [] : [{ phase, message }];
  });
}

function spoils(phase: PhasePlan): string | null {
  const { dataset, blockBytes, blockMix, mix, verify } = phase;
  const stranger = mix.find(({ operation }) => !isHarmless(operation) && operation !== "write");
  if (stranger !== undefined) {
    const done = `\`${stranger.operation}\` on \`${dataset}\``;
    return `${done}, whose blocks another phase verifies: use another dataset`;
  }
  const moves = verify || mix.some(({ operation }) => operation === "write");
  const odd = [blockBytes, ...blockMix.map(({ bytes }) => bytes)].find(
    (bytes) => bytes % UNIT_BYTES !== 0,
  );
  if (!moves || odd === undefined) return null;
  return `blocks of \`${dataset}\` are verified in units of 4 KiB, ${odd} B is no multiple`;
}
