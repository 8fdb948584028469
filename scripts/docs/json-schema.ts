import { z } from "zod";

/**
 * Returns the JSON Schema of a file's input. Draft 7, which the YAML language server supports best.
 * zod drops the examples of fields with a parser, because they could be examples of its result; in
 * this project, all examples are input.
 */
export function jsonSchemaOf(schema: z.ZodType) {
  return z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    override: ({ zodSchema, jsonSchema }) => {
      const examples: unknown = z.globalRegistry.get(zodSchema)?.examples;
      if (Array.isArray(examples)) jsonSchema.examples = examples;
    },
  });
}
