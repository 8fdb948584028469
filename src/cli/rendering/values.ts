import { UsageError } from "../../model/fault/errors.ts";
import { printable } from "../../model/printable.ts";
import { parseBytes, parseDurationNs } from "../../model/units.ts";
import { text } from "../command.ts";
import type { OptionName } from "./options.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** Texts that an option accepts, and their description in an error. */
export interface Form {
  readonly pattern: RegExp;
  readonly expected: string;
}

function invalid(name: OptionName, value: string, expected: string): UsageError {
  return new UsageError(`--${name}: expected ${expected}, got \`${printable(value)}\``);
}

/** Returns an option of a form; null if it is absent. @throws UsageError, as all functions here */
export function optional(parsed: Parsed, name: OptionName, form: Form): string | null {
  const value = text(parsed, name);
  return value === undefined ? null : formed(value, name, form);
}

/** Returns an option of a form, or its default. */
export function formed(value: string, name: OptionName, { pattern, expected }: Form): string {
  if (!pattern.test(value)) throw invalid(name, value, expected);
  return value;
}

/** Returns a list that commas separate, each item of a form. */
export function listOf(value: string, name: OptionName, form: Form): readonly string[] {
  return value.split(",").map((item) => formed(item.trim(), name, form));
}

/** Returns a whole number within limits. */
export function integer(
  value: string,
  name: OptionName,
  [from, to]: readonly [from: number, to: number],
): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= from && number <= to) return number;
  throw invalid(name, value, `a whole number from ${from} to ${to}`);
}

/** Returns a number of CPUs: whole, or with quarters if `quarters`. */
export function cpus(value: string, quarters: boolean): number {
  const form = quarters ? /^\d{1,3}(\.(25|5|75|0)0?)?$/ : /^\d{1,3}$/;
  if (form.test(value) && Number(value) > 0) return Number(value);
  throw invalid("cpu", value, quarters ? "CPUs such as 2 or 0.5" : "a whole number of CPUs");
}

const MIN_MEMORY_MIB = 512;

/** Returns a size of memory in bytes. */
export function memory(value: string): number {
  const size = parseBytes(value);
  if ("value" in size && size.value >= MIN_MEMORY_MIB * 2 ** 20) return size.value;
  throw invalid("memory", value, `a size of at least ${MIN_MEMORY_MIB}MiB, e.g. 4GiB`);
}

/** Returns a duration in seconds, rounded up. */
export function seconds(value: string, name: OptionName): number {
  const duration = parseDurationNs(value);
  if ("value" in duration && duration.value >= 60e9) return Math.ceil(duration.value / 1e9);
  throw invalid(name, value, "a time of at least 60s, e.g. 2h");
}
