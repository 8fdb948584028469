import { z } from "zod";
import {
  parseBandwidth,
  parseBytes,
  parseBytesPerSecond,
  parseDurationNs,
  parseRate,
  type Quantity,
  UNIT_PATTERNS,
} from "../model/units.ts";
import { nearest, oneOf } from "./nearest.ts";

/** The value of a text, or one sentence that describes the problem. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/**
 * JSON Schema keywords of a field, for editors and `docs/fields.md`. A description ends with
 * `Default: ….` if the field is optional.
 */
interface Hint {
  readonly description: string;
  readonly [keyword: string]: unknown;
}

/** Text with a reference such as `${NAME}`, which is filled when the file is loaded. */
const REFERENCE = { type: "string", pattern: "\\$\\{" } as const;

/** A field with its own parser, so that its error is one sentence and editors see `hint`. */
export function field<T>(hint: Hint, read: (input: unknown) => Parsed<T>) {
  return z
    .unknown()
    .transform((input, context): T => {
      const result = read(input);
      if ("value" in result) return result.value;
      context.issues.push({ code: "custom", message: result.problem, input });
      return z.NEVER;
    })
    .meta(hint);
}

/** For `refine`: checks only if all fields are valid, because other errors are reported already. */
export function whenRead({ issues }: { readonly issues: readonly unknown[] }): boolean {
  return issues.length === 0;
}

/** A size in bytes, `16KiB`. `least` is the smallest valid size. */
export function size(description: string, least: string = "1B") {
  return quantity(description, UNIT_PATTERNS.bytes, parseBytes, least);
}

/** Longest duration, 24 days: a JavaScript timer is limited to 2^31 ms, a histogram to 52 days. */
const MAX_DURATION = "576h";

/** A duration in nanoseconds, `30s`, at most 24 days. */
export function duration(description: string, least: string = "1ms") {
  return quantity(description, UNIT_PATTERNS.durationNs, parseDurationNs, least, MAX_DURATION);
}

/** I/O operations per second: a number without a unit, as in `iops: 3000`, or `3000/s`. */
export function iops(description: string) {
  const text = { type: "string", pattern: `${UNIT_PATTERNS.rate}|${REFERENCE.pattern}` };
  const hint = { description, anyOf: [{ type: "integer", minimum: 1 }, text] };
  return field(hint, (input): Parsed<number> => {
    const value = numeric(input);
    const parsed: Quantity = value === null ? parseRate(input) : { value };
    if ("problem" in parsed || parsed.value >= 1) return parsed;
    return { problem: `expected at least 1 operation per second${gotText(input)}` };
  });
}

/** Bytes per second, `125MiB/s`. */
export function throughput(description: string) {
  return quantity(description, UNIT_PATTERNS.bytesPerSecond, parseBytesPerSecond, "1B/s");
}

/** Bytes per second of a network, `12.5Gb/s`. */
export function bandwidth(description: string) {
  return quantity(description, UNIT_PATTERNS.bandwidth, parseBandwidth, "1kb/s");
}

function quantity(
  description: string,
  pattern: string,
  parse: (input: unknown) => Quantity,
  least: string,
  most: string | null = null,
) {
  const smallest = parse(least);
  const minimum = "value" in smallest ? smallest.value : 0;
  const largest = most === null ? null : parse(most);
  const maximum = largest !== null && "value" in largest ? largest.value : Infinity;
  const hint = { description, type: "string", pattern: `${pattern}|${REFERENCE.pattern}` };
  return field(hint, (input) => {
    const parsed = parse(input);
    if ("problem" in parsed) return parsed;
    if (parsed.value > maximum) {
      return { problem: `expected at most \`${most}\`${gotText(input)}` };
    }
    if (parsed.value >= minimum) return parsed;
    return { problem: `expected at least \`${least}\`${gotText(input)}` };
  });
}

/** A whole number. Text is accepted too, because a filled `${VAR}` is always text. */
export function whole(description: string, least: number, most: number) {
  const hint = {
    description,
    anyOf: [{ type: "integer", minimum: least, maximum: most }, REFERENCE],
  };
  const range = `a whole number from ${least} to ${most}`;
  return field(hint, (input): Parsed<number> => {
    const value = numeric(input);
    const fits = value !== null && Number.isInteger(value) && value >= least && value <= most;
    return fits ? { value } : { problem: `expected ${range}${gotText(input)}` };
  });
}

/** The word `auto`, or a field that is read from anything else. */
export function orAuto<T>(description: string, inner: z.ZodType<T>) {
  const { description: _description, anyOf, ...hint } = inner.meta() ?? {};
  const of: readonly unknown[] = Array.isArray(anyOf) ? anyOf : [hint];
  return field<T | "auto">(
    { description, anyOf: [{ const: "auto" }, ...of] },
    (input): Parsed<T | "auto"> => {
      if (input === "auto") return { value: "auto" };
      const read = inner.safeParse(input);
      if (read.success) return { value: read.data };
      return { problem: read.error.issues[0]?.message ?? "expected another value" };
    },
  );
}

/** A number above zero, such as a weight. */
export function positive(description: string) {
  const hint = { description, anyOf: [{ type: "number", exclusiveMinimum: 0 }, REFERENCE] };
  return field(hint, (input): Parsed<number> => {
    const value = numeric(input);
    if (value !== null && value > 0) return { value };
    return { problem: `expected a number above 0${gotText(input)}` };
  });
}

/** A percentage, more than 0 and less than 100. */
export function percent(description: string) {
  const number = { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 100 };
  return field({ description, anyOf: [number, REFERENCE] }, (input): Parsed<number> => {
    const value = numeric(input);
    if (value !== null && value > 0 && value < 100) return { value };
    return { problem: `expected a percentage above 0 and below 100${gotText(input)}` };
  });
}

/** One of a fixed list of words. */
export function choice<const T extends string>(description: string, values: readonly T[]) {
  const hint = { description, anyOf: [{ enum: values }, REFERENCE] };
  return field(hint, (input): Parsed<T> => {
    const value = values.find((known) => known === input);
    if (value !== undefined) return { value };
    const near = typeof input === "string" ? nearest(input, values) : null;
    const end = near === null ? "" : `; did you mean \`${near}\`?`;
    return { problem: `expected ${oneOf(values)}${gotText(input)}${end}` };
  });
}

/** Text that matches `rule`, which `words` describes. `secret` keeps the value out of errors. */
export function text(
  description: string,
  options: { readonly rule?: RegExp; readonly words?: string; readonly secret?: boolean } = {},
) {
  const { rule, words = "text" } = options;
  const pattern = rule === undefined ? {} : { pattern: `${rule.source}|${REFERENCE.pattern}` };
  return field({ description, type: "string", ...pattern }, (input): Parsed<string> => {
    if (typeof input === "string" && (rule?.test(input) ?? true)) return { value: input };
    const got = options.secret === true ? "" : gotText(input);
    return { problem: `expected ${words}${got}` };
  });
}

/** true or false. */
export function flag(description: string) {
  const hint = { description, anyOf: [{ type: "boolean" }, REFERENCE] };
  return field(hint, (input): Parsed<boolean> => {
    if (input === true || input === "true") return { value: true };
    if (input === false || input === "false") return { value: false };
    return { problem: `expected \`true\` or \`false\`${gotText(input)}` };
  });
}

/** A yes-or-no fact: `yes`, `no`, true or false. */
export function yes(description: string) {
  const hint = { description, anyOf: [{ type: "boolean" }, { enum: ["yes", "no"] }, REFERENCE] };
  return field(hint, (input): Parsed<boolean> => {
    if (input === true || input === "true" || input === "yes") return { value: true };
    if (input === false || input === "false" || input === "no") return { value: false };
    return { problem: `expected \`yes\` or \`no\`${gotText(input)}` };
  });
}

/** A number, or text that is a decimal number; null for anything else. */
export function numeric(input: unknown): number | null {
  if (typeof input === "number") return Number.isFinite(input) ? input : null;
  if (typeof input !== "string" || !/^-?[0-9]+(\.[0-9]+)?$/.test(input)) return null;
  return Number(input);
}

/** End of a message, `, got 5`; empty for lists, mappings and null. */
export function gotText(input: unknown): string {
  if (typeof input === "string") return `, got \`${input}\``;
  return typeof input === "number" || typeof input === "boolean" ? `, got ${input}` : "";
}
