import type { z } from "zod";

type Schema = z.core.JSONSchema.BaseSchema;

/** A field of `run.json`: path within its object, type, and meaning. */
export interface RunField {
  readonly path: string;
  readonly type: string;
  readonly meaning: string;
}

/** An object of `run.json` that is described once. */
export interface RunObject {
  readonly name: string;
  readonly about: string;
  readonly fields: readonly RunField[];
}

/** Objects of a JSON Schema: the whole file first, then its definitions in order of use. */
export function runObjects(schema: Schema): readonly RunObject[] {
  const definitions = Object.entries(schema.$defs ?? {});
  return [
    { name: "run.json", about: schema.description ?? "", fields: fieldsOf(schema, "") },
    ...definitions.map(([name, one]) => ({
      name,
      about: one.description ?? "",
      fields: fieldsOf(one, ""),
    })),
  ];
}

/** Fields of an object, those of nested objects and of each variant of a union included. */
function fieldsOf(schema: Schema, prefix: string): readonly RunField[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([key, found]) => {
    const field = asSchema(found);
    const path = `${prefix}${key}`;
    const optional = required.has(key) ? "" : "optional ";
    const type = `${optional}${typeOf(field)}`;
    return [{ path, type, meaning: field.description ?? "" }, ...nestedFields(field, path)];
  });
}

function nestedFields(field: Schema, path: string): readonly RunField[] {
  if (field.items !== undefined) return nestedFields(asSchema(field.items), `${path}[]`);
  if (field.properties !== undefined) return fieldsOf(field, `${path}.`);
  return variantsOf(field).flatMap((variant) => {
    const kind = asSchema(variant.properties?.kind ?? {}).const;
    const selector = typeof kind === "string" ? `<${kind}>` : "";
    return nestedFields(variant, path + selector);
  });
}

function variantsOf({ anyOf = [], oneOf = [] }: Schema): readonly Schema[] {
  return [...anyOf, ...oneOf].map(asSchema);
}

/** Type as a reader writes it: `number or null`, `list of Summary`, `"met" or "broken"`. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return linked(schema.$ref.replace("#/$defs/", ""));
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  const variants = variantsOf(schema);
  if (variants.length > 0) return [...new Set(variants.map(typeOf))].join(" or ");
  if (schema.items !== undefined) return `list of ${typeOf(asSchema(schema.items))}`;
  if (typeof schema.additionalProperties === "object" && schema.properties === undefined) {
    return `object of ${typeOf(schema.additionalProperties)}`;
  }
  return Array.isArray(schema.type) ? schema.type.join(" or ") : (schema.type ?? "any");
}

function linked(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}

/** A schema may be `true`, which allows anything. */
function asSchema(schema: unknown): Schema {
  return typeof schema === "object" && schema !== null ? (schema as Schema) : {};
}
