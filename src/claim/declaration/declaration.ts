/**
 * Facts that the user declares after a run, for what the run did not say. `declaredAfter` adds them
 * to a run that was read; the stored run does not change. Declared facts never replace facts that
 * the run has: a contradiction is an error.
 */
import { UsageError } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { makeWarning } from "../../model/run/warning.ts";
import { fitOf } from "../../model/target/backing-fit.ts";
import { KIND, type TargetKind } from "../../model/target/kind.ts";
import {
  declaredKnowledge,
  type Known,
  type StorageKnowledge,
  targetKindOf,
} from "../../model/target/knowledge.ts";
import { factText, INSTANCE, PROVISIONED } from "../../model/target/provision.ts";
import type { Instance, Provisioned, TargetSpec } from "../../model/target/target.ts";
import { type Added, addFacts } from "./facts.ts";

/** Facts about the target of a run, declared after it. */
export interface Declaration {
  /** Absent: as in the run. */
  readonly kind?: TargetKind;
  readonly provisioned: Provisioned;
  readonly instance: Instance;
  /** Published limits of the declared instance type; null if unknown. */
  readonly instanceLimits: Instance | null;
  /** Set if the storage imitates its kind. */
  readonly emulated?: TargetSpec["emulated"];
}

/** Kinds that a path has if the user did not declare one. */
const UNDECLARED: ReadonlySet<TargetKind> = new Set(["directory", "block-device"]);

/**
 * Returns a run with declared facts where it has none, marked as declared after the run.
 *
 * @throws UsageError if the run contradicts a fact
 */
export function declaredAfter(run: Run, declaration: Declaration): Run {
  const before = run.storage ?? declaredKnowledge(run.target);
  const kind = kindOf(run, before, declaration.kind);
  const provisioned = addFacts(before.provisioned, declaration.provisioned, PROVISIONED);
  const instance = addFacts(before.instance, declaration.instance, INSTANCE);
  const emulation = emulationOf(run.target, declaration.emulated);
  const contradictions = [
    ...kind.contradictions,
    ...provisioned.contradictions,
    ...instance.contradictions,
    ...emulation.contradictions,
  ];
  if (contradictions.length > 0) {
    throw new UsageError(
      `run ${run.id} contradicts the declaration: ${contradictions.join("; ")}; a declaration ` +
        "after the run adds only what the run does not say: remove it, or name other runs",
    );
  }
  const words = [
    ...kind.words,
    ...wordsOf(provisioned, PROVISIONED),
    ...wordsOf(instance, INSTANCE),
    ...emulation.words,
  ];
  if (words.length === 0) return run;
  const target = { ...run.target, kind: kind.kind, ...emulation.emulated };
  const facts = {
    ...before,
    provisioned: provisioned.known,
    instance: withLimits(instance.known, declaration.instanceLimits),
  };
  const checked =
    kind.words.length === 0 ? { storage: facts, warnings: [] } : fitted(target, facts);
  return {
    ...run,
    ...(run.hostRuns === undefined
      ? {}
      : { hostRuns: run.hostRuns.map((host) => declaredAfter(host, declaration)) }),
    target,
    storage: checked.storage,
    declaredAfter: [...(run.declaredAfter ?? []), ...words],
    warnings: [...run.warnings, ...checked.warnings],
  };
}

function kindOf({ target }: Run, knowledge: StorageKnowledge, declared: TargetKind | undefined) {
  const known = targetKindOf(target, knowledge);
  const as = { kind: target.kind, words: [], contradictions: [] };
  if (declared === undefined || declared === known) return as;
  const isOpen = known === target.kind && UNDECLARED.has(known);
  if (isOpen && KIND[declared].family === "path" && !UNDECLARED.has(declared)) {
    return { ...as, kind: declared, words: [`kind ${declared}`] };
  }
  return { ...as, contradictions: [`its kind is ${known}, not ${declared}`] };
}

function emulationOf({ emulated }: TargetSpec, declared: Declaration["emulated"]) {
  const none = { words: [], contradictions: [], emulated: {} };
  if (declared === undefined || emulated?.scale === declared.scale) return none;
  if (emulated !== undefined) {
    const contradictions = [`its emulation has scale ${emulated.scale}, not ${declared.scale}`];
    return { ...none, contradictions };
  }
  return { ...none, words: ["emulated"], emulated: { emulated: declared } };
}

/** Names and values of added facts: `iops 6,000`. */
function wordsOf<T extends object>(
  { added }: Added<T>,
  names: Parameters<typeof addFacts<T>>[2],
): readonly string[] {
  return added.map(({ key, value }) => `${names[key].name} ${factText(names[key], value)}`);
}

/** Adds published limits of the instance type where the run has none. */
function withLimits(known: Known<Instance>, limits: Instance | null): Known<Instance> {
  const published = Object.entries(limits ?? {}).map(([name, value]) => [
    name,
    { value, from: "published" },
  ]);
  return { ...(Object.fromEntries(published) as Known<Instance>), ...known };
}

/** Compares the storage that the run found below its path with the new kind. */
function fitted(target: TargetSpec, storage: StorageKnowledge) {
  if (storage.describedKind !== undefined) return { storage, warnings: [] };
  const { mismatch, unknown } = fitOf(target, storage.backing);
  const fact = mismatch === null ? "" : mismatch.charAt(0).toUpperCase() + mismatch.slice(1);
  return {
    storage: {
      ...storage,
      misfit: mismatch,
      mismatches: [...storage.mismatches, ...(mismatch === null ? [] : [mismatch])],
      unknown: [...storage.unknown, ...(unknown === null ? [] : [unknown])],
    },
    warnings: mismatch === null ? [] : [makeWarning("declared-mismatch", fact)],
  };
}
