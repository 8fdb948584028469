import fc from "fast-check";
import { hostileText } from "./text-cases.ts";

type Step = string | number;

/** One change of a JSON value: which of its fields, counted in document order, becomes what. */
export interface JsonEdit {
  readonly field: number;
  readonly value: unknown;
}

/** Stands for "the field is not there" in a {@link JsonEdit}. */
export const REMOVED = "\u0000removed";

const WIDE = 1_000;

/** Values that a reader of JSON may not expect in a field. */
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.constantFrom<unknown>(
      ...[null, REMOVED, REMOVED, true, false, "", [], {}, [null], [[]], { a: null }],
      ...[0, -1, 1, 0.5, 2, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 31, 1e21, 4294967296, 1e9],
      ...["NaN", "1", "null", "__proto__", "../../x", "/", "s3-wire", "complete", "path"],
    ),
  },
  { weight: 3, arbitrary: hostileText },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 2, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, 0, -1, "a", {}).map((one) => Array(WIDE).fill(one)),
  },
);

export const jsonEdits: fc.Arbitrary<readonly JsonEdit[]> = fc.oneof(
  { weight: 4, arbitrary: fc.array(edit(), { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(edit(), { minLength: 2, maxLength: 5 }) },
);

function edit(): fc.Arbitrary<JsonEdit> {
  return fc.record({ field: fc.nat(1_000_000), value: hostileValue });
}

/** Paths of all fields and elements of a JSON value, in document order; the root is none. */
export function pathsOf(value: unknown, path: readonly Step[] = []): (readonly Step[])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return [at, ...pathsOf(inner, at)];
  });
}

/** A copy of a value with its edits done; the original stays as it was. */
export function edited(
  value: unknown,
  paths: readonly (readonly Step[])[],
  edits: readonly JsonEdit[],
): unknown {
  return edits.reduce(
    (copy, change) => withValue(copy, paths[change.field % paths.length] ?? [], change.value),
    value,
  );
}

/** Copies only the values on the path. */
function withValue(value: unknown, path: readonly Step[], inner: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return inner;
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<Step, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
  const fields = copy as Record<Step, unknown>;
  if (rest.length === 0 && inner === REMOVED) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete fields[key];
  } else fields[key] = withValue(fields[key], rest, inner);
  return copy;
}
