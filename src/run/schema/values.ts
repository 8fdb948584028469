import { z } from "zod";

/** Longest text of a stored run: a scenario and all that it says has as many bytes at most. */
const MAX_TEXT = 2 ** 20;

/** Longest name of a phase, dataset, scenario or target; a phase's carries its matrix values. */
const MAX_NAME = 65_536;

/** Far beyond any measurement, and far from where sums of doubles become infinite. */
const MAX_NUMBER = 1e24;

/** 31 years in nanoseconds: what is longer is no time of a run. */
const MAX_NS = 1e18;

/** Lists that are walked for each row of a report. */
export const MAX_ENTRIES = 100_000;

const integer = (value: number): boolean => Number.isInteger(value);

export const text = z.string().max(MAX_TEXT);
export const name = z.string().min(1).max(MAX_NAME);
export const texts = z.array(text).max(MAX_ENTRIES);

/** A rate, a ratio or an amount of money: 0 or more. */
export const amount = z.number().min(0).max(MAX_NUMBER);
export const positive = amount.refine((value) => value > 0, "a number above 0");

/** A number of things or bytes. Sums of bytes may lie beyond 2^53. */
export const count = amount.refine(integer, "a whole number");
export const counting = count.min(1);

/** A length of time or a latency in nanoseconds. */
export const ns = z.number().min(0).max(MAX_NS);

/** A part of a whole, 0 to 1. */
export const share = z.number().min(0).max(1);

/** A change or difference, of either sign. */
export const change = z.number().min(-MAX_NUMBER).max(MAX_NUMBER);

/** A share that was not a number where it was measured, which JSON cannot say but by null. */
export const shareOrNaN = change.nullable().transform((value) => value ?? Number.NaN);

/** An instant as `Date.toISOString` writes it. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/, "a time such as 2026-11-23T10:28:29.000Z")
  .refine((value) => Number.isFinite(Date.parse(value)), "a time that exists");

/** Counts or facts by name. */
export function byName<Value extends z.ZodType>(value: Value) {
  return z.record(z.string().max(MAX_NAME), value);
}
