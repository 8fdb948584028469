import { UNIT_PATTERNS } from "../../src/model/units.ts";

/** The keywords of a JSON Schema that describe a field. */
export interface FieldSchema {
  readonly description?: string;
  readonly type?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly FieldSchema[];
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly additionalProperties?: boolean | FieldSchema;
  readonly required?: readonly string[];
  readonly maxProperties?: number;
}

/** A JSON Schema as far as the documentation reads it. */
export function fieldSchema(json: object): FieldSchema {
  // A parse boundary: the schema is made by zod, whose type allows more than it writes.
  return json as FieldSchema;
}

/** Splits a description into its text and the value of its last sentence, `Default: …`. */
export function noteOf(description: string): { readonly text: string; readonly byDefault: string } {
  const at = description.lastIndexOf("Default: ");
  if (at === -1) return { text: description, byDefault: "" };
  const byDefault = description.slice(at + "Default: ".length).replace(/\.$/, "");
  return { text: description.slice(0, at).trim(), byDefault };
}

/** Whether a schema only allows a reference such as `${NAME}`. */
export function isReference({ type, pattern }: FieldSchema): boolean {
  return type === "string" && pattern === "\\$\\{";
}

/** Type, unit and range of a field, as text. */
export function typeOf(field: FieldSchema): string {
  if (field.anyOf !== undefined) {
    const types = field.anyOf
      // YAML reads a text such as `vs baseline: …` as a mapping with one key.
      .filter((one) => !isReference(one) && (one.maxProperties !== 1 || one.properties))
      .map(typeOf);
    return [...new Set(types)].join(" or ");
  }
  if (field.enum !== undefined) return field.enum.map((word) => `\`${String(word)}\``).join(", ");
  if (field.const !== undefined) return `\`${String(field.const)}\``;
  switch (field.type) {
    case "array":
      return `list of ${typeOf(field.items ?? {})}`;
    case "object":
      return "mapping";
    case "boolean":
      return "`true`, `false`";
    case "integer":
      return `whole number${rangeOf(field)}`;
    case "number":
      return field.exclusiveMaximum === 100 ? "percentage" : `number${rangeOf(field)}`;
    default:
      return unitOf(field.pattern ?? "") ?? "text";
  }
}

function rangeOf({ minimum, maximum, exclusiveMinimum }: FieldSchema): string {
  const grouped = (value: number) => value.toLocaleString("en-US");
  if (exclusiveMinimum !== undefined) return ` above ${grouped(exclusiveMinimum)}`;
  if (minimum === undefined) return "";
  return maximum === undefined
    ? `, at least ${grouped(minimum)}`
    : `, ${grouped(minimum)} to ${grouped(maximum)}`;
}

/** The types with units, and the pattern of their texts. */
export const UNIT_TYPES: readonly (readonly [name: string, pattern: string])[] = [
  ["size", UNIT_PATTERNS.bytes],
  ["duration", UNIT_PATTERNS.durationNs],
  ["rate", UNIT_PATTERNS.rate],
  ["throughput", UNIT_PATTERNS.bytesPerSecond],
  ["bandwidth", UNIT_PATTERNS.bandwidth],
];

/** Name of the type with units that a pattern belongs to; undefined for other texts. */
function unitOf(pattern: string): string | undefined {
  return UNIT_TYPES.find(([, known]) => pattern.startsWith(known))?.[0];
}

/** A mapping inside of a field, with the step from the field's path to it. */
interface Inner {
  readonly schema: FieldSchema;
  readonly step: "" | "[]" | ".<name>";
}

/** Mappings with own keys that a field contains: itself, a list's entries, a record's values. */
export function objectsIn(field: FieldSchema): readonly Inner[] {
  if (field.properties !== undefined) return [{ schema: field, step: "" }];
  if (field.anyOf !== undefined) return field.anyOf.flatMap(objectsIn);
  if (field.items !== undefined) {
    return objectsIn(field.items).map(({ schema }) => ({ schema, step: "[]" as const }));
  }
  const values = field.additionalProperties;
  if (typeof values !== "object") return [];
  return objectsIn(values).map(({ schema }) => ({ schema, step: ".<name>" as const }));
}
