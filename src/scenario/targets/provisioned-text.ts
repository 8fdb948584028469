import type { z } from "zod";
import { UsageError } from "../../model/fault/errors.ts";
import { suggestion } from "../../yaml/nearest.ts";
import { InstanceSchema, ProvisionedSchema, type ProvisionedText } from "./provisioned-schema.ts";
import type { TargetText } from "./targets-schema.ts";

/** What `--provisioned size=500GiB,iops=6000` says. Throws UsageError, one sentence. */
export function readProvisioned(text: string): ProvisionedText {
  const pairs = text.split(",").map((part): readonly [string, string] => {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(part.trim()) ?? [];
    if (name !== "" && value !== "") return [name, value];
    throw new UsageError(
      `--provisioned: \`${part}\` was found, expected pairs such as \`size=500GiB,iops=6000\``,
    );
  });
  const names = Object.keys(ProvisionedSchema.shape);
  for (const [at, [name]] of pairs.entries()) {
    if (!names.includes(name)) {
      const hint = suggestion(name, names);
      throw new UsageError(`--provisioned: \`${name}\` is no field of it, ${hint}`);
    }
    if (pairs.findIndex(([other]) => other === name) !== at) {
      throw new UsageError(`--provisioned: \`${name}\` is there twice`);
    }
  }
  return checked("--provisioned", ProvisionedSchema, Object.fromEntries(pairs));
}

/** What `--instance m6a.4xlarge` says. Throws UsageError, one sentence. */
export function readInstance(text: string): TargetText["instance"] {
  return checked("--instance", InstanceSchema, text);
}

function checked<T extends z.ZodType>(option: string, schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  // Of a union, what the first branch says: on a command line everything is text.
  const first = issue?.code === "invalid_union" ? issue.errors[0]?.[0] : issue;
  const name = issue?.path.map((step) => `\`${String(step)}\`: `).join("") ?? "";
  throw new UsageError(`${option}: ${name}${first?.message ?? "not understood"}`);
}
