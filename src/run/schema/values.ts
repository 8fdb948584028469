import { z } from "zod";
import { INSTANT, MAX_ENTRIES, MAX_NAME, MAX_NS } from "./bounds.ts";

/** Maximum length of a text; equal to the maximum size of a scenario file. */
const MAX_TEXT = 2 ** 20;

/** Above any measurement, and small enough that sums of doubles stay finite. */
const MAX_NUMBER = 1e24;

const integer = (value: number): boolean => Number.isInteger(value);

export const text = z.string().max(MAX_TEXT);
export const name = z.string().min(1).max(MAX_NAME);
export const texts = z.array(text).max(MAX_ENTRIES);

/** Rate, ratio or amount of money: 0 or more. */
export const amount = z.number().min(0).max(MAX_NUMBER);
export const positive = amount.refine((value) => value > 0, "a number above 0");

/** Count or bytes. Sums of bytes may exceed 2^53. */
export const count = amount.refine(integer, "a whole number");
export const counting = count.min(1);

/** Duration or latency in nanoseconds. */
export const ns = z.number().min(0).max(MAX_NS);

/** Share, 0 to 1. */
export const share = z.number().min(0).max(1);

/** Change or difference of either sign. */
export const change = z.number().min(-MAX_NUMBER).max(MAX_NUMBER);

/** Share that may be undefined (NaN), which JSON stores as null. */
export const shareOrNaN = change.nullable().transform((value) => value ?? Number.NaN);

/** UTC time as written by `Date.toISOString`. */
export const instant = z
  .string()
  .regex(INSTANT, "a time such as 2026-11-23T10:28:29.000Z")
  .refine((value) => Number.isFinite(Date.parse(value)), "a time that exists");

/** Counts or facts by name. */
export function byName<Value extends z.ZodType>(value: Value) {
  return z.record(z.string().max(MAX_NAME), value);
}

/** State of a run, a phase or a host. */
export const state = z.enum(["running", "complete", "partial", "failed"]);
