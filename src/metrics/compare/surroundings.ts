import type { Run } from "../../model/run/run.ts";
import { declaredKnowledge } from "../../model/target/knowledge.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { storageFacts, surroundingsOf } from "../surroundings.ts";
import type { Column } from "./columns.ts";
import {
  ABSENT,
  describeDifferences,
  type FieldDifference,
  fieldDifferences,
} from "./field-differences.ts";

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

/**
 * In which facts the columns differ from the first one, as the end of a sentence; null: in none.
 * Runs of a column share all of them where they are pooled.
 */
export function surroundingsNote(
  columns: readonly Column[],
  labelOf: (column: Column) => string,
): string | null {
  const [first, ...others] = columns;
  if (first === undefined) return null;
  const notes = others.flatMap((column) => {
    const found = surroundingsDifferences(first[0], column[0]);
    if (found.length === 0) return [];
    return [`${labelOf(column)} from ${labelOf(first)} in ${describeDifferences(found)}`];
  });
  return notes.length === 0 ? null : notes.join("; ");
}
