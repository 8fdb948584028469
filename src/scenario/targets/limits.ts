import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { TARGET_KINDS } from "../../model/target/kind.ts";
import { PROVISIONED } from "../../model/target/provision.ts";
import { parseBytes, parseBytesPerSecond, type Quantity } from "../../model/units.ts";

const LIMITS = fileURLToPath(new URL("../../../scenarios/limits.yaml", import.meta.url));

const NAMES = new Map(Object.values(PROVISIONED).map(({ name, dimension }) => [name, dimension]));

const field = z.string().refine((name) => NAMES.has(name), "expected a field of `provisioned`");
const amount = z.union([z.number(), z.string()]);
const value = z.union([z.number(), z.string(), z.boolean()]);
const values = z.record(field, z.array(value));

const range = z.strictObject({
  least: amount,
  most: amount.optional(),
  source: z.string(),
  until: z.array(z.strictObject({ most: amount, date: z.iso.date() })).default([]),
});

const ratio = z.strictObject({
  of: field,
  most: amount,
  per: field,
  unit: amount,
  included: amount,
  source: z.string(),
});

const oneCase = z.strictObject({
  when: values,
  allow: values.default({}),
  refuse: z.record(field, z.string()).default({}),
  sizes: z.array(amount).optional(),
  step: amount.optional(),
  source: z.string(),
});

const kind = z.strictObject({
  name: z.string(),
  fields: z.array(field),
  refused: z.record(field, z.string()).default({}),
  ranges: z.record(field, range).default({}),
  ratios: z.array(ratio).default([]),
  cases: z.array(oneCase).default([]),
});

const limits = z
  .strictObject({
    sources: z.record(
      z.string(),
      z.strictObject({ title: z.string(), address: z.url(), date: z.string() }),
    ),
    kinds: z.record(z.enum(TARGET_KINDS), kind),
  })
  .superRefine(({ sources, kinds }, context) => {
    for (const [name, { ranges, ratios, cases }] of Object.entries(kinds)) {
      for (const { source } of [...Object.values(ranges), ...ratios, ...cases]) {
        if (Object.hasOwn(sources, source)) continue;
        context.addIssue(`${name} names the unknown source ${source}; add it to \`sources\``);
      }
    }
  });

/** Limits of provisioned values, by kind: `scenarios/limits.yaml`. */
export type Limits = z.output<typeof limits>;
export type KindLimits = Limits["kinds"][keyof Limits["kinds"]];

let kept: Limits | null = null;

/** Returns the published limits of the package. @throws ZodError if the file is invalid. */
export function loadLimits(): Limits {
  kept ??= limits.parse(parse(readFileSync(LIMITS, "utf8")));
  return kept;
}

/** Returns a value of the limits in the base unit of its field: bytes for `500GiB`. */
export function inBaseUnits(name: string, text: string | number | boolean): unknown {
  const dimension = NAMES.get(name);
  if (typeof text !== "string" || dimension === undefined) return text;
  const quantity: Quantity = dimension === "bytes" ? parseBytes(text) : parseBytesPerSecond(text);
  if ("value" in quantity) return quantity.value;
  throw new Error(`limits.yaml, ${name}: ${quantity.problem}`);
}

/** Returns the same as a number. */
export function numberOf(name: string, text: string | number): number {
  return Number(inBaseUnits(name, text));
}
