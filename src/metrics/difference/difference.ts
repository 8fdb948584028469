/**
 * Differences between two runs in plan, storage, host and software, as data and as one line of
 * text. This file has the comparisons that other modules use; `surroundings.ts` selects the facts
 * of a run, `fields.ts` compares any two values field by field. Measurements are not compared here.
 */

import type { Plan } from "../../model/plan/plan.ts";
import type { Run } from "../../model/run/run.ts";
import { declaredKnowledge } from "../../model/target/knowledge.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { withAutoAmounts } from "./auto-amounts.ts";
import { ABSENT, type FieldDifference, fieldDifferences } from "./fields.ts";
import { storageFacts, surroundingsOf } from "./surroundings.ts";

/** Facts that may be unknown: if one side lacks them, that does not show a difference. */
const MAY_BE_UNKNOWN = /^(provisioned\.|id$|fileSystem$)/;

/** Returns every fact of storage, host and software in which two runs differ. */
export function surroundingsDifferences(first: Run, other: Run): readonly FieldDifference[] {
  const [one, two] = [surroundingsOf(first), surroundingsOf(other)];
  return factDifferences(
    { ...one.storage, host: one.host, software: one.software },
    { ...two.storage, host: two.host, software: two.software },
  );
}

/** Returns the differences that show that two runs measured different storage. */
export function storageDifferences(first: Run, other: Run): readonly FieldDifference[] {
  return knownOnly(factDifferences(surroundingsOf(first).storage, surroundingsOf(other).storage));
}

/** Returns the same differences before a run, from the declared facts of both targets. */
export function targetDifferences(
  first: TargetSpec,
  other: TargetSpec,
): readonly FieldDifference[] {
  const declared = (target: TargetSpec) => storageFacts(target, declaredKnowledge(target));
  return knownOnly(factDifferences(declared(first), declared(other)));
}

function factDifferences(first: object, other: object): readonly FieldDifference[] {
  const found = fieldDifferences("", first, other);
  // Addresses of different kinds have only the kind in common.
  const isOtherKind = found.some(({ field }) => field === "address.kind");
  return found.filter(
    ({ field }) => !isOtherKind || field === "address.kind" || !field.startsWith("address."),
  );
}

function knownOnly(found: readonly FieldDifference[]): readonly FieldDifference[] {
  return found.filter(
    ({ field, first, other }) =>
      !MAY_BE_UNKNOWN.test(field) || (first !== ABSENT && other !== ABSENT),
  );
}

/** Returns every field in which two plans differ; phases and datasets are matched by name. */
export function planDifferences(first: Plan, other: Plan): readonly FieldDifference[] {
  return withAutoAmounts(fieldDifferences("", work(first), work(other)), first, other);
}

/** Returns every field in which the work of two runs differs: the number of hosts and the plan. */
export function workDifferences(first: Work, other: Work): readonly FieldDifference[] {
  const [hosts, others] = [numberOfHosts(first), numberOfHosts(other)];
  const field = "number of hosts";
  return [
    ...(hosts === others ? [] : [{ field, first: String(hosts), other: String(others) }]),
    ...planDifferences(first.plan, other.plan),
  ];
}

type Work = Pick<Run, "plan" | "hosts">;

/** Number of hosts of a run; one without a list of hosts had one. */
export function numberOfHosts({ hosts }: Pick<Run, "hosts">): number {
  return hosts?.length ?? 1;
}

/** A plan without the reasons of its sizes: the sizes themselves are compared. */
function work({ autoAmounts: _autoAmounts, ...rest }: Plan): Omit<Plan, "autoAmounts"> {
  return rest;
}
