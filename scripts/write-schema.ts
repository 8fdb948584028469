import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { runSchema } from "../src/run/schema/run.ts";
import { ScenarioSchema } from "../src/scenario/schema/schema.ts";
import { TargetsSchema } from "../src/scenario/targets/targets-schema.ts";
import { jsonSchemaOf } from "./docs/json-schema.ts";

const ROOT = new URL("../", import.meta.url);

/**
 * JSON Schemas by absolute path: of the YAML files, for editors, and of `run.json`, for programs.
 * Run `npm run schema` after a change of a zod schema; a test compares.
 */
export function schemaFiles(): ReadonlyMap<string, string> {
  const files = {
    "scenarios/scenario.schema.json": jsonSchemaOf(ScenarioSchema),
    "scenarios/targets.schema.json": jsonSchemaOf(TargetsSchema),
    "docs/run.schema.json": runJsonSchema(),
  };
  return new Map(
    Object.entries(files).map(([path, json]) => [
      fileURLToPath(new URL(path, ROOT)),
      `${JSON.stringify(json, null, 2)}\n`,
    ]),
  );
}

/** Limits that only protect the reader of a damaged file. */
const MIN_PROTECTIVE = 65_536;

/** JSON Schema of `run.json` as this and older versions write it. */
export function runJsonSchema(): z.core.JSONSchema.JSONSchema {
  const json = z.toJSONSchema(runSchema, {
    io: "input",
    target: "draft-2020-12",
    override: ({ jsonSchema }) => {
      for (const limit of ["maximum", "maxLength", "maxItems"] as const) {
        if ((jsonSchema[limit] ?? 0) >= MIN_PROTECTIVE) delete jsonSchema[limit];
      }
      if (jsonSchema.minimum === -1e24) delete jsonSchema.minimum;
    },
  });
  return { ...json, title: "run.json of assay", description: "A stored run, version 1." };
}

if (import.meta.main) {
  for (const [path, text] of schemaFiles()) await writeFile(path, text);
}
