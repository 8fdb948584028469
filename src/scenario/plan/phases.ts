import {
  ALTERS_FILES,
  BLOCKS,
  isLiveMix,
  MIXABLE,
  OPERATION,
  type Operation,
  onceOf,
  SYNCABLE,
} from "../../model/plan/operation.ts";
import {
  type AccessPattern,
  longestNs,
  MAX_KEYS,
  type PhaseLimit,
  type PhasePlan,
} from "../../model/plan/plan.ts";
import { canVerify } from "../check/verified.ts";
import { planAccess } from "../schema/access.ts";
import { planBlocks } from "../schema/block-sizes.ts";
import { planFind } from "../schema/find.ts";
import { planListing, planObjects, planRestore } from "../schema/object-fields.ts";
import { planRate } from "../schema/rate.ts";
import type { SettingsText } from "../schema/settings.ts";
import { planUntil, planWarmup } from "../schema/until.ts";
import {
  LIMIT_FIELDS,
  type MergedSettings,
  mergeLayers,
  type SettingsLayer,
  withoutFields,
} from "./layers.ts";

const KIB = 1024;
const MIB = 1024 ** 2;

function isOnePass(operations: readonly Operation[]): boolean {
  return !isLiveMix(operations) && operations.some((one) => OPERATION[one].passes !== undefined);
}

/** Whether all operations read whole files of known content, which `verify` can check. */
function canVerifyWhole(operations: readonly Operation[]): boolean {
  return operations.every((operation) => {
    const { unit, moves, reliesOn } = OPERATION[operation];
    return unit === "file" && moves === "brings" && reliesOn !== "versions";
  });
}

/** The settings of one phase by source, highest priority first. */
export interface PhaseLayers {
  readonly forced: SettingsLayer;
  /** One combination of the matrix. */
  readonly axes: SettingsLayer;
  readonly phase: SettingsLayer;
  readonly defaults: SettingsLayer;
}

/**
 * Merges the settings of a phase. Settings for all phases apply only where they are valid:
 * - limits of `defaults` to operations that repeat their dataset; limits of `--set` also to
 *   operations that may repeat it;
 * - warm-up and search to phases with a time limit;
 * - sync to operations that write;
 * - verification and polling to operations on blocks.
 */
export function resolveSettings({ forced, axes, phase, defaults }: PhaseLayers): MergedSettings {
  const operations = operationsOf(mergeLayers([forced, axes, phase, defaults]).values);
  const syncs = operations.some((operation) => SYNCABLE.has(operation)) ? [] : ["sync", "dsync"];
  const once = onceOf(operations) !== undefined;
  const strong = withoutFields(forced, once ? [...LIMIT_FIELDS, ...syncs] : syncs);
  const weak = withoutFields(defaults, isOnePass(operations) ? [...LIMIT_FIELDS, ...syncs] : syncs);
  const merged = mergeLayers([strong, axes, phase, weak]);
  const limit = limitOf(merged.values) ?? defaultLimit(operations);
  const { access } = planAccess(merged.values.access ?? defaultAccess(operations));
  const invalid = [
    ...(longestNs(limit) === null ? ["warmup", "find"] : []),
    ...(canVerify(operations, access) ? [] : ["verify"]),
    ...(operations.every((operation) => BLOCKS.has(operation)) ? [] : ["polling"]),
  ];
  const applicable = (layer: SettingsLayer) => withoutFields(layer, invalid);
  return mergeLayers([applicable(strong), axes, phase, applicable(weak)]);
}

/** A phase with all defaults filled. */
export function fillPhase(
  name: string,
  { values }: MergedSettings,
  dataset: string,
  matrix: Readonly<Record<string, string>>,
): PhasePlan {
  const operations = operationsOf(values);
  const { access, accessParameters } = planAccess(values.access ?? defaultAccess(operations));
  const blocks = operations.some((operation) => BLOCKS.has(operation)) && access !== "samples";
  return {
    name,
    dataset,
    mix: mixOf(values),
    access,
    accessParameters,
    ...planBlocks(values.blockSize ?? defaultBlockBytes(operations, access)),
    workers: values.workers ?? 1,
    queueDepth: values.queueDepth ?? 1,
    ...(values.hosts === undefined ? {} : { hosts: values.hosts }),
    rate: planRate(values.rate),
    ...planFind(values.find),
    ...planWarmup(values.warmup),
    limit: limitOf(values) ?? defaultLimit(operations),
    cache: values.cache ?? (blocks ? "direct" : "dropped"),
    engine: values.engine ?? "auto",
    polling: values.polling ?? "none",
    sync: syncOf(values),
    dsync: values.dsync ?? false,
    partBytes: values.partSize ?? 8 * MIB,
    partConcurrency: values.partConcurrency ?? 4,
    retries: values.retries ?? 0,
    verify: values.verify === true && !canVerifyWhole(operations),
    objects: planObjects(values, values.verify === true && canVerifyWhole(operations)),
    listing: planListing(values),
    restore: operations.includes("restore") ? planRestore(values) : null,
    keysPerRequest: values.keysPerRequest ?? MAX_KEYS,
    matrix,
  };
}

/** Operations of a phase, in the order of the schema. */
function operationsOf(values: SettingsText): readonly Operation[] {
  return mixOf(values).map((part) => part.operation);
}

function mixOf(values: SettingsText): PhasePlan["mix"] {
  if (values.operation !== undefined) return [{ operation: values.operation, weight: 1 }];
  const parts: { operation: Operation; weight: number }[] = [];
  for (const operation of MIXABLE) {
    const weight = values.mix?.[operation];
    if (weight !== undefined) parts.push({ operation, weight });
  }
  return parts;
}

function syncOf({ sync }: SettingsText): PhasePlan["sync"] {
  if (sync === undefined) return null;
  const { call = "fsync", every = 1, directory = false } = sync;
  return { call, every, directory };
}

function limitOf(values: SettingsText): PhaseLimit | null {
  const { duration, until, totalBytes, operations, epochs } = values;
  if (duration !== undefined) return { kind: "duration", durationNs: duration };
  if (until !== undefined) return planUntil(until);
  if (totalBytes !== undefined) return { kind: "bytes", bytes: totalBytes };
  if (operations !== undefined) return { kind: "operations", operations };
  return epochs === undefined ? null : { kind: "epochs", epochs };
}

function defaultLimit(operations: readonly Operation[]): PhaseLimit {
  return isOnePass(operations)
    ? { kind: "epochs", epochs: 1 }
    : { kind: "duration", durationNs: 10e9 };
}

function defaultAccess(operations: readonly Operation[]): AccessPattern {
  if (isLiveMix(operations)) return "shuffled";
  const inOrder = operations.every(
    (operation) => OPERATION[operation].unit === "sample" || ALTERS_FILES.has(operation),
  );
  return inOrder ? "sequential" : "shuffled";
}

function defaultBlockBytes(operations: readonly Operation[], access: AccessPattern): number {
  if (operations.some((one) => OPERATION[one].unit === "sample")) return 256 * KIB;
  const inOrder = access === "sequential" || access === "reverse" || access === "samples";
  return !inOrder && operations.some((one) => BLOCKS.has(one)) ? 4 * KIB : MIB;
}
