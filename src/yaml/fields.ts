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

/** What a text says, or one sentence on what is wrong with it. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** What an editor is told of a field: type and pattern for checks, description and examples. */
interface Hint {
  readonly description: string;
  readonly [keyword: string]: unknown;
}

/** Text that still holds a reference; the environment decides when the file is loaded. */
const REFERENCE = { type: "string", pattern: "\\$\\{" } as const;

/** A field read by our own function, so that its error is one sentence and editors see `hint`. */
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

/** For `refine`: asks only where all fields could be read, else what is wrong is told already. */
export function whenRead({ issues }: { readonly issues: readonly unknown[] }): boolean {
  return issues.length === 0;
}

/** A size in bytes, `16KiB`; at least 1 B unless said otherwise. */
export function size(description: string, least: string = "1B") {
  return quantity(description, UNIT_PATTERNS.bytes, parseBytes, least);
}

/** Longest duration, 24 days: a timer of JavaScript holds 2^31 ms, and a histogram 52 days. */
const MAX_DURATION = "576h";

/** A duration in nanoseconds, `30s`, of 24 days at most. */
export function duration(description: string, least: string = "1ms") {
  return quantity(description, UNIT_PATTERNS.durationNs, parseDurationNs, least, MAX_DURATION);
}

/** I/O operations per second: a bare number, for the field's name is its unit, or `3000/s`. */
export function iops(description: string) {
  const text = { type: "string", pattern: `${UNIT_PATTERNS.rate}|${REFERENCE.pattern}` };
  const hint = { description, anyOf: [{ type: "integer", minimum: 1 }, text] };
  return field(hint, (input): Parsed<number> => {
    const value = numeric(input);
    const parsed: Quantity = value === null ? parseRate(input) : { value };
    if ("problem" in parsed || parsed.value >= 1) return parsed;
    return { problem: `${foundText(input)}expected a number of operations per second` };
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
  const floor = "value" in smallest ? smallest.value : 0;
  const largest = most === null ? null : parse(most);
  const ceiling = largest !== null && "value" in largest ? largest.value : Infinity;
  const hint = { description, type: "string", pattern: `${pattern}|${REFERENCE.pattern}` };
  return field(hint, (input) => {
    const parsed = parse(input);
    if ("problem" in parsed) return parsed;
    if (parsed.value > ceiling) {
      return { problem: `\`${String(input)}\` is too much, expected at most \`${most}\`` };
    }
    if (parsed.value >= floor) return parsed;
    return { problem: `\`${String(input)}\` is too little, expected at least \`${least}\`` };
  });
}

/** A whole number. Text is taken where it is one, because a filled `${VAR}` is always text. */
export function whole(description: string, least: number, most: number) {
  const hint = {
    description,
    anyOf: [{ type: "integer", minimum: least, maximum: most }, REFERENCE],
  };
  const range = `a whole number from ${least} to ${most}`;
  return field(hint, (input): Parsed<number> => {
    const value = numeric(input);
    if (value === null) return { problem: `${foundText(input)}expected ${range}` };
    if (Number.isInteger(value) && value >= least && value <= most) return { value };
    return { problem: `${String(value)} was found, expected ${range}` };
  });
}

/** A number above zero, such as a weight. */
export function positive(description: string) {
  const hint = { description, anyOf: [{ type: "number", exclusiveMinimum: 0 }, REFERENCE] };
  return field(hint, (input): Parsed<number> => {
    const value = numeric(input);
    if (value !== null && value > 0) return { value };
    return { problem: `${foundText(input)}expected a number above 0` };
  });
}

/** A share in percent, more than 0 and less than 100. */
export function percent(description: string) {
  const number = { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 100 };
  return field({ description, anyOf: [number, REFERENCE] }, (input): Parsed<number> => {
    const value = numeric(input);
    if (value !== null && value > 0 && value < 100) return { value };
    return { problem: `${foundText(input)}expected percent, more than 0 and less than 100` };
  });
}

/** One of a fixed list of words. */
export function choice<const T extends string>(description: string, values: readonly T[]) {
  const hint = { description, anyOf: [{ enum: values }, REFERENCE] };
  return field(hint, (input): Parsed<T> => {
    const value = values.find((known) => known === input);
    if (value !== undefined) return { value };
    const near = typeof input === "string" ? nearest(input, values) : null;
    const end = near === null ? "" : ` (did you mean \`${near}\`?)`;
    return { problem: `${foundText(input)}expected ${oneOf(values)}${end}` };
  });
}

/** Text that matches a rule said in words. `secret` keeps what was found out of the error. */
export function text(
  description: string,
  options: { readonly rule?: RegExp; readonly words?: string; readonly secret?: boolean } = {},
) {
  const { rule, words = "text" } = options;
  const pattern = rule === undefined ? {} : { pattern: `${rule.source}|${REFERENCE.pattern}` };
  return field({ description, type: "string", ...pattern }, (input): Parsed<string> => {
    if (typeof input === "string" && (rule?.test(input) ?? true)) return { value: input };
    const found = options.secret === true ? "" : foundText(input);
    return { problem: `${found}expected ${words}` };
  });
}

/** true or false. */
export function flag(description: string) {
  const hint = { description, anyOf: [{ type: "boolean" }, REFERENCE] };
  return field(hint, (input): Parsed<boolean> => {
    if (input === true || input === "true") return { value: true };
    if (input === false || input === "false") return { value: false };
    return { problem: `${foundText(input)}expected \`true\` or \`false\`` };
  });
}

/** What is so or not, as people write it: `yes`, `no`, true or false. */
export function yes(description: string) {
  const hint = { description, anyOf: [{ type: "boolean" }, { enum: ["yes", "no"] }, REFERENCE] };
  return field(hint, (input): Parsed<boolean> => {
    if (input === true || input === "true" || input === "yes") return { value: true };
    if (input === false || input === "false" || input === "no") return { value: false };
    return { problem: `${foundText(input)}expected \`yes\` or \`no\`` };
  });
}

/** A number, or text that is one; null for anything else. */
export function numeric(input: unknown): number | null {
  if (typeof input === "number") return Number.isFinite(input) ? input : null;
  if (typeof input !== "string" || !/^-?[0-9]+(\.[0-9]+)?$/.test(input)) return null;
  return Number(input);
}

function foundText(input: unknown): string {
  if (typeof input === "string") return `\`${input}\` was found, `;
  if (typeof input === "number" || typeof input === "boolean") return `${input} was found, `;
  return "";
}
