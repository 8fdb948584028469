/**
 * Differences between two runs in plan, storage, host and software, as data and as one line of
 * text. This file answers the questions that others ask; `surroundings.ts` says which facts of a
 * run count, `fields.ts` compares any two values field by field. Nothing here evaluates
 * measurements.
 */

import type { Plan } from "../../model/plan/plan.ts";
import type { Run } from "../../model/run/run.ts";
import { declaredKnowledge } from "../../model/target/knowledge.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { ABSENT, type FieldDifference, fieldDifferences } from "./fields.ts";
import { storageFacts, surroundingsOf } from "./surroundings.ts";

/** Facts that are absent where nobody found them out: absent on one side is no difference shown. */
const MAY_BE_UNKNOWN = /^(provisioned\.|id$|fileSystem$)/;

/** Every fact of storage, host and software in which two runs differ; `absent`: not known. */
export function surroundingsDifferences(first: Run, other: Run): readonly FieldDifference[] {
  const [one, two] = [surroundingsOf(first), surroundingsOf(other)];
  return factDifferences(
    { ...one.storage, host: one.host, software: one.software },
    { ...two.storage, host: two.host, software: two.software },
  );
}

/** Of those, the ones by which two runs did not measure the same storage. */
export function storageDifferences(first: Run, other: Run): readonly FieldDifference[] {
  return known(factDifferences(surroundingsOf(first).storage, surroundingsOf(other).storage));
}

/** The same before any run, by what was declared of both targets. */
export function targetDifferences(
  first: TargetSpec,
  other: TargetSpec,
): readonly FieldDifference[] {
  const declared = (target: TargetSpec) => storageFacts(target, declaredKnowledge(target));
  return known(factDifferences(declared(first), declared(other)));
}

function factDifferences(first: object, other: object): readonly FieldDifference[] {
  const found = fieldDifferences("", first, other);
  // Addresses of different kinds have no other field in common.
  const isOtherKind = found.some(({ field }) => field === "address.kind");
  return found.filter(
    ({ field }) => !isOtherKind || field === "address.kind" || !field.startsWith("address."),
  );
}

function known(found: readonly FieldDifference[]): readonly FieldDifference[] {
  return found.filter(
    ({ field, first, other }) =>
      !MAY_BE_UNKNOWN.test(field) || (first !== ABSENT && other !== ABSENT),
  );
}

/** Every field in which two plans differ; phases and datasets are matched by their names. */
export function planDifferences(first: Plan, other: Plan): readonly FieldDifference[] {
  return fieldDifferences("", first, other);
}
