import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  type FieldSchema,
  fieldSchema,
  noteOf,
  objectsIn,
  typeOf,
} from "../../../scripts/docs/field-schema.ts";
import { fieldReference } from "../../../scripts/docs/fields.ts";
import { jsonSchemaOf } from "../../../scripts/docs/json-schema.ts";
import { ScenarioSchema } from "../../../src/scenario/schema/schema.ts";
import { TargetsSchema } from "../../../src/scenario/targets/targets-schema.ts";

const SCHEMAS = [ScenarioSchema, TargetsSchema];

interface Key {
  readonly path: string;
  readonly field: FieldSchema;
  readonly isRequired: boolean;
}

/** All keys of a schema and of the mappings in it. */
function keysOf(schema: FieldSchema, above = ""): readonly Key[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${above}${name}`;
    const inner = objectsIn(field).flatMap((one) => keysOf(one.schema, `${path}${one.step}.`));
    return [{ path, field, isRequired: schema.required?.includes(name) === true }, ...inner];
  });
}

const keys = SCHEMAS.flatMap((schema) => keysOf(fieldSchema(jsonSchemaOf(schema))));

describe("each key of a scenario and of a targets file", () => {
  it("has a description of whole sentences", () => {
    expect(keys.length).toBeGreaterThan(200);
    const bad = keys.filter(({ field }) => !/^\S.*[^ ]\.$/s.test(field.description ?? ""));
    expect(bad.map(({ path }) => path)).toEqual([]);
  });

  it("states its default if it is optional, and only then", () => {
    const bad = keys.filter(
      ({ field, isRequired }) => (noteOf(field.description ?? "").byDefault === "") !== isRequired,
    );
    expect(bad.map(({ path }) => path)).toEqual([]);
  });

  it("has a type", () => {
    expect(keys.filter(({ field }) => typeOf(field) === "").map(({ path }) => path)).toEqual([]);
  });

  it("has a row with an example, unless its value is a mapping with its own section", () => {
    const rows = fieldReference()
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    const bare = rows.filter((row) => row.endsWith(" |  |")).map((row) => row.split("`")[1]);
    expect(bare).toEqual(["datasets", "defaults", "phases", "targets"]);
  });
});

/** Schemas with examples, as they are declared. */
function withExamples(schema: unknown): readonly z.ZodType[] {
  if (!(schema instanceof z.ZodType)) return [];
  const own = examplesOf(schema).length === 0 ? [] : [schema];
  if (schema instanceof z.ZodOptional) return [...own, ...withExamples(schema.unwrap())];
  if (schema instanceof z.ZodArray) return [...own, ...withExamples(schema.element)];
  if (schema instanceof z.ZodRecord) return [...own, ...withExamples(schema.valueType)];
  if (schema instanceof z.ZodUnion) return [...own, ...schema.options.flatMap(withExamples)];
  if (!(schema instanceof z.ZodObject)) return own;
  return [...own, ...Object.values(schema.shape).flatMap(withExamples)];
}

function examplesOf(schema: z.ZodType): readonly unknown[] {
  const examples: unknown = schema.meta()?.examples;
  return Array.isArray(examples) ? examples : [];
}

it("accepts each documented example", () => {
  const found = SCHEMAS.flatMap(withExamples);
  expect(found.length).toBeGreaterThan(100);
  for (const schema of found) {
    for (const example of examplesOf(schema)) {
      const { error } = schema.safeParse(example);
      expect({ example, issues: error?.issues ?? [] }).toEqual({ example, issues: [] });
    }
  }
});

it("links the sections that have the same keys", () => {
  const text = fieldReference();
  expect(text).toContain("### `phases`\n");
  expect(text).toContain("[phases](#phases)");
});
