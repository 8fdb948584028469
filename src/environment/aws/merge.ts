import { AMAZON_KINDS, KIND } from "../../model/target/kind.ts";
import type { Known, Source } from "../../model/target/knowledge.ts";
import { type FactName, INSTANCE, PROVISIONED } from "../../model/target/provision.ts";
import type { Instance, Provisioned, TargetSpec } from "../../model/target/target.ts";
import { amountWords } from "../../model/units.ts";
import type { Described, DescribedStorage } from "./aws.ts";

/** Facts of one source, and who says them in a sentence: `DescribeVolumes`. */
export interface SourcedFacts<T> {
  readonly from: Source;
  readonly by: string;
  readonly facts: T;
}

/** Facts with their source, and what was declared and is contradicted. */
export interface MergedFacts<T> {
  readonly known: Known<T>;
  readonly mismatches: readonly string[];
}

/**
 * How much a declared number may differ from what it is said to be in truth, as a share. Sizes that
 * are sold as 1.2 TiB are 1,200 GiB, and what is stored changes all the time.
 */
const TOLERATED: Readonly<Record<string, number>> = { sizeBytes: 0.025, storedBytes: 0.1 };
const EXACT = 1e-6;

/** What was provisioned, as described where it is, else as declared; both are told apart. */
export function mergeProvisioned(
  declared: Provisioned,
  described: Described | null,
): MergedFacts<Provisioned> {
  const said: SourcedFacts<Provisioned> = { from: "declared", by: "", facts: declared };
  if (described === null) return merge([said], PROVISIONED);
  const { call, provisioned, zoneId } = described;
  // A zone is the same by its name and by its id.
  const sameZone = declared.zone !== undefined && declared.zone === zoneId;
  const zone = sameZone ? { zone: zoneId } : {};
  const facts = { ...provisioned, ...zone };
  return merge([{ from: "described", by: call, facts }, said], PROVISIONED);
}

/** What the machine is, from the surest source to the least sure one. */
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
    const said = sources.flatMap((source) => {
      const value: unknown = Object.getOwnPropertyDescriptor(source.facts, key)?.value;
      return value === undefined ? [] : [{ value, source }];
    });
    const [first] = said;
    if (first === undefined) continue;
    known.push([key, { value: first.value, from: first.source.from }]);
    const declared = said.find(({ source }) => source.from === "declared");
    const other = said.find(({ source }) => source.from !== "declared");
    if (declared === undefined || other === undefined) continue;
    if (same(declared.value, other.value, TOLERATED[key] ?? EXACT)) continue;
    const words = `declared ${fact(name, declared.value)}`;
    mismatches.push(`${words}, ${other.source.by} says ${bare(name, other.value)}`);
  }
  return { known: Object.fromEntries(known) as Known<T>, mismatches };
}

function same(left: unknown, right: unknown, tolerance: number): boolean {
  if (typeof left !== "number" || typeof right !== "number") return left === right;
  return Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right));
}

/** `6,000 IOPS`, `a size of 500 GiB`, `encrypted as no`. */
function fact(name: FactName, value: unknown): string {
  if (name.name === "iops") return `${bare(name, value)} IOPS`;
  if (typeof value === "boolean") return `${name.name}: ${bare(name, value)}`;
  return `${bare(name, value)} as ${name.name}`;
}

/** A value of a fact as a sentence says it: `6,000`, `500 GiB`, `yes`. */
function bare({ dimension }: FactName, value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number" || dimension === undefined) return String(value);
  return amountWords(value, dimension);
}

/** A declared kind that the API calls by another name; null where it agrees. */
export function kindMismatch(
  target: TargetSpec,
  { described, kindNames = [] }: DescribedStorage,
): string | null {
  if (!AMAZON_KINDS.has(target.kind)) return null;
  const declared = `declared as ${KIND[target.kind].noun}`;
  if (described !== null) {
    if (described.kind === target.kind) return null;
    return `${declared}, ${described.call} says ${described.kindName}`;
  }
  // Volumes that are put together: each of them has to be what all were said to be.
  if (kindNames.every((name) => target.kind === `ebs-${name}`)) return null;
  return `${declared}, DescribeVolumes says ${kindNames.join(" and ")}`;
}
