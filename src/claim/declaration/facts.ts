import type { Known } from "../../model/target/knowledge.ts";
import { type FactName, factText } from "../../model/target/provision.ts";

/** Known facts with declared ones added. */
export interface Added<T> {
  readonly known: Known<T>;
  readonly added: readonly { readonly key: keyof T & string; readonly value: unknown }[];
  /** One clause per declared fact that differs from a known one. */
  readonly contradictions: readonly string[];
}

/** Tolerated relative difference of a number: 1.2 TiB may be 1,200 GiB; stored data changes. */
const TOLERATED: Readonly<Record<string, number>> = { sizeBytes: 0.025, storedBytes: 0.1 };
const EXACT = 1e-6;

/** Adds declared facts that are unknown, as declared after the run. */
export function addFacts<T extends object>(
  known: Known<T>,
  declared: T,
  names: Readonly<Record<keyof T & string, FactName>>,
): Added<T> {
  const facts = new Map<string, unknown>(Object.entries(known));
  const added: { key: keyof T & string; value: unknown }[] = [];
  const contradictions: string[] = [];
  for (const key of Object.keys(names) as (keyof T & string)[]) {
    const value: unknown = declared[key];
    if (value === undefined) continue;
    const before: { readonly value: unknown; readonly from: string } | undefined = known[key];
    if (before === undefined) {
      added.push({ key, value });
      facts.set(key, { value, from: "declared-after" });
    } else if (!isEqual(before.value, value, TOLERATED[key] ?? EXACT)) {
      const [is, not] = [before.value, value].map((one) => factText(names[key], one));
      contradictions.push(`its ${names[key].name} is ${is} (${before.from}), not ${not}`);
    }
  }
  return { known: Object.fromEntries(facts) as Known<T>, added, contradictions };
}

function isEqual(left: unknown, right: unknown, tolerance: number): boolean {
  if (typeof left !== "number" || typeof right !== "number") return left === right;
  return Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right));
}
