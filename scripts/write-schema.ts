import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ScenarioSchema } from "../src/scenario/schema/schema.ts";
import { TargetsSchema } from "../src/scenario/targets/targets-schema.ts";

const FOLDER = new URL("../scenarios/", import.meta.url);

/**
 * JSON Schemas of the YAML files by path, for completion and checks in editors. Draft 7 has the
 * best support in the YAML language server. Run `node scripts/write-schema.ts` after a change of
 * the zod schemas; a test compares.
 */
export function schemaFiles(): ReadonlyMap<string, string> {
  const files = { "scenario.schema.json": ScenarioSchema, "targets.schema.json": TargetsSchema };
  return new Map(
    Object.entries(files).map(([name, schema]) => {
      const json = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
      return [fileURLToPath(new URL(name, FOLDER)), `${JSON.stringify(json, null, 2)}\n`];
    }),
  );
}

if (import.meta.main) {
  for (const [path, text] of schemaFiles()) await writeFile(path, text);
}
