/** One field in which two plans or the surroundings of two runs differ. */
export interface FieldDifference {
  /** Path in the scenario or in run.json: `phases[read].queueDepth`. */
  readonly field: string;
  readonly first: string;
  readonly other: string;
}

/** Shown instead of a field that one side does not have. */
export const ABSENT = "absent";

/** Returns the differences in one line: `seed (1 and 2), repetitions (1 and 3) and 4 more`. */
export function describeDifferences(found: readonly FieldDifference[], max = 8): string {
  if (found.length === 0)
    return "no field of the plans (another version of assay computed the plan hash)";
  const named = found.slice(0, max).map((one) => `${one.field} (${one.first} and ${one.other})`);
  const more = found.length - named.length;
  return named.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/**
 * Returns every field in which two values differ, below the path `field`; lists of named items are
 * matched by name.
 */
export function fieldDifferences(field: string, first: unknown, other: unknown): FieldDifference[] {
  if (isRecord(first) && isRecord(other)) {
    // Thresholds and positions do not change the work and are not part of the plan hash.
    const keys = [...new Set([...Object.keys(first), ...Object.keys(other)])].filter(
      (key) => key !== "thresholds" && key !== "place",
    );
    return keys.flatMap((key) =>
      fieldDifferences(field === "" ? key : joined(field, key), own(first, key), own(other, key)),
    );
  }
  if (isNamedList(first) && isNamedList(other)) return namedDifferences(field, first, other);
  if (JSON.stringify(first) === JSON.stringify(other)) return [];
  return [{ field, first: shown(first), other: shown(other) }];
}

/** Compares items by name; if all are equal, compares their order. */
function namedDifferences(
  field: string,
  first: readonly Named[],
  other: readonly Named[],
): FieldDifference[] {
  const found = fieldDifferences(field, byName(first), byName(other));
  if (found.length > 0) return found;
  const names = first.map((one) => one.name);
  return fieldDifferences(
    `order of ${field}`,
    names.join(", "),
    other.map((one) => one.name).join(", "),
  );
}

function joined(field: string, key: string): string {
  return field === "phases" || field === "datasets" ? `${field}[${key}]` : `${field}.${key}`;
}

interface Named {
  readonly name: string;
}

/** An own field: a stored run may name one like a property that every object inherits. */
function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNamedList(value: unknown): value is readonly Named[] {
  return (
    Array.isArray(value) && value.every((one) => isRecord(one) && typeof one.name === "string")
  );
}

function byName(values: readonly Named[]): Record<string, unknown> {
  return Object.fromEntries(values.map((one) => [one.name, one]));
}

function shown(value: unknown): string {
  if (value === undefined) return ABSENT;
  const text = JSON.stringify(value);
  if (isRecord(value) && text.length > 60) return "present";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
