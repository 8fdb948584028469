import { AMAZON_KINDS, KIND } from "../../model/target/kind.ts";
import type { Known, Source } from "../../model/target/knowledge.ts";
import { type FactName, factText, INSTANCE, PROVISIONED } from "../../model/target/provision.ts";
import type { Instance, Provisioned, TargetSpec } from "../../model/target/target.ts";
import type { Described, DescribedStorage } from "./aws.ts";

/** Facts of one source; `by` names it in messages: `DescribeVolumes`. */
export interface SourcedFacts<T> {
  readonly from: Source;
  readonly by: string;
  readonly facts: T;
}

/** Facts with their sources, and one message per declared fact that another source contradicts. */
export interface MergedFacts<T> {
  readonly known: Known<T>;
  readonly mismatches: readonly string[];
}

/**
 * Tolerated relative difference between a declared and a described number. A size of 1.2 TiB may
 * be 1,200 GiB, and the amount of stored data changes.
 */
const TOLERATED: Readonly<Record<string, number>> = { sizeBytes: 0.025, storedBytes: 0.1 };
const EXACT = 1e-6;

/** Merges declared and described facts; described facts take precedence. */
export function mergeProvisioned(
  declared: Provisioned,
  described: Described | null,
): MergedFacts<Provisioned> {
  const own: SourcedFacts<Provisioned> = { from: "declared", by: "", facts: declared };
  if (described === null) return merge([own], PROVISIONED);
  const { call, provisioned, zoneId } = described;
  // A zone can be declared by name or by id.
  const sameZone = declared.zone !== undefined && declared.zone === zoneId;
  const zone = sameZone ? { zone: zoneId } : {};
  const facts = { ...provisioned, ...zone };
  return merge([{ from: "described", by: call, facts }, own], PROVISIONED);
}

/** Merges facts about the instance; `sources` are in order of precedence. */
export function mergeInstance(sources: readonly SourcedFacts<Instance>[]): MergedFacts<Instance> {
  return merge(sources, INSTANCE);
}

function merge<T extends object>(
  sources: readonly SourcedFacts<T>[],
  names: Readonly<Record<keyof T & string, FactName>>,
): MergedFacts<T> {
  const known: [string, { value: unknown; from: Source }][] = [];
  const mismatches: string[] = [];
  for (const [key, name] of Object.entries<FactName>(names)) {
    const values = sources.flatMap((source) => {
      const value: unknown = Object.getOwnPropertyDescriptor(source.facts, key)?.value;
      return value === undefined ? [] : [{ value, source }];
    });
    const [first] = values;
    if (first === undefined) continue;
    known.push([key, { value: first.value, from: first.source.from }]);
    const declared = values.find(({ source }) => source.from === "declared");
    const other = values.find(({ source }) => source.from !== "declared");
    if (declared === undefined || other === undefined) continue;
    if (isEqual(declared.value, other.value, TOLERATED[key] ?? EXACT)) continue;
    const claimed = `declared ${fact(name, declared.value)}`;
    mismatches.push(`${claimed}, but ${other.source.by} reports ${factText(name, other.value)}`);
  }
  return { known: Object.fromEntries(known) as Known<T>, mismatches };
}

function isEqual(left: unknown, right: unknown, tolerance: number): boolean {
  if (typeof left !== "number" || typeof right !== "number") return left === right;
  return Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right));
}

/** Formats a declared fact: `6,000 IOPS`, `500 GiB as size`, `encrypted: no`. */
function fact(name: FactName, value: unknown): string {
  if (name.name === "iops") return `${factText(name, value)} IOPS`;
  if (typeof value === "boolean") return `${name.name}: ${factText(name, value)}`;
  return `${factText(name, value)} as ${name.name}`;
}

/** Message for a declared kind that the API contradicts; null if they agree. */
export function kindMismatch(
  target: TargetSpec,
  { described, kindNames = [] }: DescribedStorage,
): string | null {
  if (!AMAZON_KINDS.has(target.kind)) return null;
  const declared = `declared as ${KIND[target.kind].noun}`;
  if (described !== null) {
    if (described.kind === target.kind) return null;
    return `${declared}, but ${described.call} reports ${described.kindName}`;
  }
  // Every volume of an array must have the declared kind.
  if (kindNames.every((name) => target.kind === `ebs-${name}`)) return null;
  return `${declared}, but DescribeVolumes reports ${kindNames.join(" and ")}`;
}
