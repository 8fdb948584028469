/**
 * Rules about combinations of a phase's fields. Each rule is a function that returns one problem or
 * null, and one row of the table at the end of this file. A rule gets a phase with every default
 * filled in, never the text of the file.
 */

import type { DatasetPlan } from "../../model/plan/dataset.ts";
import { sizeBounds } from "../../model/plan/dataset.ts";
import {
  BLOCKS,
  BRINGS,
  NO_BYTES,
  OPERATION,
  type Operation,
  onceOf,
  SYNCABLE,
} from "../../model/plan/operation.ts";
import { type AccessPattern, longestNs, type PhasePlan } from "../../model/plan/plan.ts";
import { oneOf } from "../../yaml/nearest.ts";
import type { Field } from "../schema/settings.ts";
import {
  alignsBlocks,
  mixesBlockSizes,
  pollsDirectly,
  sharesBlocksOnly,
  stridesWholeBlocks,
} from "./blocks.ts";
import { fitsSteps, fitsWindow, keepsObjective, ratesOperations, searchesLoads } from "./load.ts";
import { keepsTags, mixesLive, needsVersions, restoresArchived } from "./objects.ts";
import type { Mistake, Subject } from "./subject.ts";
import { unverifiable } from "./verified.ts";

/** One rule. It does not apply if one of the fields in `reads` is invalid. */
interface Rule {
  readonly reads: readonly Field[];
  readonly find: (subject: Subject) => Mistake | null;
}

const BLOCK_ACCESS: readonly AccessPattern[] = [
  "sequential",
  "random",
  "zipf",
  "hotspot",
  "strided",
  "reverse",
  "permutation",
];
const WHOLE_FILES: readonly AccessPattern[] = ["sequential", "shuffled"];

/** A sample is a block of a shard, located by the shard's index; it can only be read. */
function accessOf(operation: Operation): readonly AccessPattern[] {
  if (!BLOCKS.has(operation)) return WHOLE_FILES;
  return BRINGS.has(operation) ? [...BLOCK_ACCESS, "samples"] : BLOCK_ACCESS;
}

/** Returns the problems of a phase. `isSet`: fields the user wrote; `broken`: invalid fields. */
export function checkPhase(
  phase: PhasePlan,
  dataset: DatasetPlan | null,
  isSet: (field: Field) => boolean,
  broken: (field: Field) => boolean,
): readonly Mistake[] {
  const operations = phase.mix.map((part) => part.operation);
  const subject = { phase, dataset, operations, isSet };
  return RULES.filter((rule) => !rule.reads.some(broken)).flatMap(
    (rule) => rule.find(subject) ?? [],
  );
}

function needsOperation({ operations }: Subject): Mistake | null {
  if (operations.length > 0) return null;
  return {
    field: "operation",
    message: "the phase has neither `operation` nor `mix`; expected one of them",
  };
}

function mixesBlocksOnly({ operations }: Subject): Mistake | null {
  const blocks = operations.filter((operation) => BLOCKS.has(operation));
  if (blocks.length === 0 || blocks.length === operations.length) return null;
  const message =
    "`read` and `write` work on blocks, other operations on whole files; mix only one kind";
  return { field: "mix", message };
}

function needsAccess({ operations, isSet }: Subject): Mistake | null {
  const block = operations.find((operation) => BLOCKS.has(operation));
  if (block === undefined || isSet("access")) return null;
  const message = `\`access\` is missing; for \`${block}\` expected ${oneOf(accessOf(block))}`;
  return { field: "access", message };
}

function fitsAccess(subject: Subject): Mistake | null {
  const { operations, phase, isSet } = subject;
  if (!isSet("access") || mixesBlocksOnly(subject) !== null) return null;
  const unfit = operations.find((operation) => !accessOf(operation).includes(phase.access));
  if (unfit === undefined) return null;
  const expected = oneOf(accessOf(unfit));
  const message = `\`${unfit}\` does not support \`${phase.access}\`; expected ${expected}`;
  return { field: "access", message };
}

function needsShards({ operations, phase, dataset }: Subject): Mistake | null {
  if (dataset === null || dataset.kind === "shards") return null;
  const expected = `expected a dataset with \`kind: shards\`, got \`${dataset.name}\``;
  const streams = operations.find((one) => OPERATION[one].unit === "sample");
  if (streams !== undefined) {
    return { field: "operation", message: `\`${streams}\` reads tar shards; ${expected}` };
  }
  if (phase.access !== "samples") return null;
  return { field: "access", message: `\`samples\` reads tar shards by index; ${expected}` };
}

function sparesShards({ operations, dataset }: Subject): Mistake | null {
  if (dataset?.kind !== "shards" || !operations.includes("write")) return null;
  const shards = `the shards of \`${dataset.name}\``;
  const message = `\`write\` would destroy ${shards}; expected a dataset of files`;
  return { field: "operation", message };
}

function fitsFiles({ operations, phase, dataset }: Subject): Mistake | null {
  if (dataset === null || phase.access === "samples") return null;
  if (!operations.some((operation) => BLOCKS.has(operation))) return null;
  const { least } = sizeBounds(dataset);
  if (phase.blockBytes <= least) return null;
  const block = `the block size of ${phase.blockBytes} B`;
  const message = `${block} exceeds the smallest file of \`${dataset.name}\` (${least} B)`;
  return { field: "blockSize", message };
}

function cachesSamples({ phase }: Subject): Mistake | null {
  if (phase.access !== "samples" || phase.cache !== "direct") return null;
  const message =
    "`samples` cannot use direct I/O because of their lengths; expected `dropped` or `warm`";
  return { field: "cache", message };
}

function createsBuffered({ operations, phase }: Subject): Mistake | null {
  const creates = operations.find((one) => SYNCABLE.has(one) && !BLOCKS.has(one));
  if (phase.cache !== "direct" || creates === undefined) return null;
  const message = `\`${creates}\` writes through the page cache; expected \`dropped\` or \`warm\``;
  return { field: "cache", message };
}

function endsOnBytes({ operations, phase }: Subject): Mistake | null {
  if (phase.limit.kind !== "bytes" || operations.length === 0) return null;
  if (operations.every((operation) => NO_BYTES.has(operation))) {
    const message =
      `\`${operations.join("` and `")}\` transfers no data, so \`totalBytes\` is never reached; ` +
      "use `operations` or `duration`";
    return { field: "totalBytes", message };
  }
  const whole =
    !operations.every((operation) => BLOCKS.has(operation)) || phase.access === "samples";
  if (whole || phase.limit.bytes >= phase.blockBytes) return null;
  const message = `${phase.limit.bytes} B is less than the block size of ${phase.blockBytes} B`;
  return { field: "totalBytes", message };
}

const FIELD_OF_LIMIT = { duration: "duration", steady: "until", bytes: "totalBytes" } as const;

function goesOnce({ operations, phase, dataset }: Subject): Mistake | null {
  const once = onceOf(operations);
  if (once === undefined) return null;
  const rule = `\`${once}\` visits each file of its dataset once`;
  const { limit } = phase;
  if (limit.kind === "epochs") {
    if (limit.epochs === 1) return null;
    return { field: "epochs", message: `${rule}; expected \`epochs: 1\` or no limit` };
  }
  if (limit.kind !== "operations") {
    const field = FIELD_OF_LIMIT[limit.kind];
    return { field, message: `${rule}; expected no limit, \`epochs: 1\` or \`operations\`` };
  }
  if (dataset === null || dataset.kind === "shards" || limit.operations <= dataset.count)
    return null;
  const message = `${rule}; \`${dataset.name}\` has only ${dataset.count} files`;
  return { field: "operations", message };
}

function warmsUp({ phase }: Subject): Mistake | null {
  if (phase.warmupAuto && phase.limit.kind !== "duration") {
    const message = "`warmup: auto` requires a phase with `duration`";
    return { field: "warmup", message };
  }
  if (phase.warmupNs === 0 || longestNs(phase.limit) !== null) return null;
  const message = "`warmup` requires `duration`; a phase that ends by a count has no warm-up";
  return { field: "warmup", message };
}

function verifies({ phase, dataset }: Subject): Mistake | null {
  const message = phase.verify ? unverifiable(phase, dataset) : null;
  return message === null ? null : { field: "verify", message };
}

function syncsWrites({ operations, phase, isSet }: Subject): Mistake | null {
  const field = isSet("sync") ? "sync" : "dsync";
  if (phase.sync === null && !phase.dsync) return null;
  const [first] = operations;
  if (first !== undefined && !operations.some((operation) => SYNCABLE.has(operation))) {
    const message = `\`${field}\` requires \`write\` or \`create\`, got \`${first}\``;
    return { field, message };
  }
  if (phase.sync === null) return null;
  const creates = operations.includes("create");
  if (creates && phase.sync.every > 1) {
    const message = "`create` syncs every file before closing it; remove `every`";
    return { field: "sync", message };
  }
  if (creates || !phase.sync.directory) return null;
  const message = "`directory` requires `create`; a write does not change a directory";
  return { field: "sync", message };
}

const RULES: readonly Rule[] = [
  { reads: ["operation"], find: needsOperation },
  { reads: ["operation"], find: mixesBlocksOnly },
  { reads: ["operation", "access"], find: needsAccess },
  { reads: ["operation", "access"], find: fitsAccess },
  { reads: ["operation", "access", "dataset"], find: needsShards },
  { reads: ["operation", "dataset"], find: sparesShards },
  { reads: ["operation", "access", "dataset", "blockSize"], find: fitsFiles },
  { reads: ["operation", "access", "blockSize", "cache"], find: alignsBlocks },
  { reads: ["operation", "access", "blockSize"], find: mixesBlockSizes },
  { reads: ["operation", "access", "blockSize"], find: stridesWholeBlocks },
  { reads: ["operation", "access"], find: sharesBlocksOnly },
  { reads: ["access", "cache"], find: cachesSamples },
  { reads: ["operation", "cache"], find: createsBuffered },
  { reads: ["operation", "access", "blockSize", "duration"], find: endsOnBytes },
  { reads: ["operation", "dataset", "duration"], find: goesOnce },
  { reads: ["operation", "warmup", "duration"], find: warmsUp },
  { reads: ["operation", "access", "dataset", "verify"], find: verifies },
  { reads: ["operation", "sync", "dsync"], find: syncsWrites },
  { reads: ["operation", "polling", "cache", "sync"], find: pollsDirectly },
  { reads: ["rate", "duration"], find: fitsSteps },
  { reads: ["until"], find: fitsWindow },
  { reads: ["operation", "rate"], find: ratesOperations },
  { reads: ["operation", "rate", "find", "duration"], find: searchesLoads },
  { reads: ["operation", "find"], find: keepsObjective },
  { reads: ["operation", "access", "duration"], find: mixesLive },
  { reads: ["operation"], find: keepsTags },
  { reads: ["operation", "dataset"], find: needsVersions },
  { reads: ["operation", "storageClass", "restore"], find: restoresArchived },
];
