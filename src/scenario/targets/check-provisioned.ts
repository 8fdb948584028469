import type { TargetKind } from "../../model/target/kind.ts";
import { PROVISIONED } from "../../model/target/provision.ts";
import type { Provisioned } from "../../model/target/target.ts";
import { amountWords } from "../../model/units.ts";
import { inBaseUnits, type KindLimits, loadLimits, numberOf } from "./limits.ts";

/** A problem with a field of `provisioned`, in one sentence. */
export interface ProvisionedFault {
  readonly name: string;
  readonly message: string;
}

type DeclaredValues = ReadonlyMap<string, string | number | boolean>;

/**
 * Checks declared values against the published limits: fields of the kind, ranges, ratios of two
 * fields, combinations. Undeclared values are not checked.
 */
export function checkProvisioned(
  kind: TargetKind,
  provisioned: Provisioned,
): readonly ProvisionedFault[] {
  const declared = declaredValues(provisioned);
  // Reading the file of limits takes longer than the rest of the start of a small run.
  if (declared.size === 0) return [];
  const limits = loadLimits().kinds[kind];
  const unsupported = [...declared.keys()].filter((name) => !limits.fields.includes(name));
  if (unsupported.length > 0)
    return unsupported.map((name) => ({ name, message: unsupportedField(name, limits) }));
  const found = [...rangeFaults(declared, limits), ...ratioFaults(declared, limits)];
  // One problem per field: a value out of range fails its combinations too, and the last of several
  // combinations is the most specific.
  for (const fault of caseFaults(declared, limits).reverse()) {
    if (!found.some(({ name }) => name === fault.name)) found.push(fault);
  }
  return found;
}

function declaredValues(provisioned: Provisioned): DeclaredValues {
  return new Map(
    Object.entries(PROVISIONED).flatMap(([key, { name }]) => {
      const value = Object.getOwnPropertyDescriptor(provisioned, key)?.value;
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function unsupportedField(name: string, limits: KindLimits): string {
  const why = limits.refused[name];
  if (why !== undefined) return `${limits.name} does not support \`${name}\`: ${why}`;
  const fields = limits.fields.map((field) => `\`${field}\``).join(", ");
  const what = fields === "" ? "it has no provisioned values" : `expected ${fields}`;
  return `\`${name}\` does not apply to ${limits.name}; ${what}`;
}

function rangeFaults(declared: DeclaredValues, limits: KindLimits): ProvisionedFault[] {
  return Object.entries(limits.ranges).flatMap(([name, range]) => {
    const value = declared.get(name);
    if (typeof value !== "number") return [];
    const least = numberOf(name, range.least);
    const most = range.most === undefined ? Number.POSITIVE_INFINITY : numberOf(name, range.most);
    if (value >= least && value <= most) return [];
    const to = range.most === undefined ? " or more" : ` to ${words(name, most)}`;
    const former = range.until.map(
      (one) => ` (until ${one.date} at most ${words(name, numberOf(name, one.most))})`,
    );
    const amount = `${words(name, least)}${to}${unitNoun(name)}`;
    const can = `${limits.name} can be provisioned with ${amount}`;
    return [{ name, message: `${can}${former.join("")}; got ${words(name, value)}` }];
  });
}

function ratioFaults(declared: DeclaredValues, limits: KindLimits): ProvisionedFault[] {
  return limits.ratios.flatMap(({ of, most, per, unit, included }) => {
    const value = declared.get(of);
    const base = declared.get(per);
    if (typeof value !== "number" || typeof base !== "number") return [];
    const each = numberOf(of, most);
    const highest = Math.max(numberOf(of, included), each * (base / numberOf(per, unit)));
    if (value <= highest) return [];
    const needed = Math.ceil(value / each) * numberOf(per, unit);
    const single = per === "iops" ? "IOPS" : words(per, numberOf(per, unit)).replace(/^1 /, "");
    const message =
      `${limits.name} can be provisioned with at most ${words(of, each)}${unitNoun(of)} for each ` +
      `${single}, so with ${words(of, highest)} at ${words(per, base)}${unitNoun(per)}; ` +
      `got ${words(of, value)}, which requires ${words(per, needed)}${unitNoun(per)}`;
    return [{ name: of, message }];
  });
}

function caseFaults(declared: DeclaredValues, limits: KindLimits): ProvisionedFault[] {
  return limits.cases.flatMap((one): ProvisionedFault[] => {
    const conditions = Object.entries(one.when);
    const applies = conditions.every(([name, values]) =>
      values.some((value) => inBaseUnits(name, value) === declared.get(name)),
    );
    if (!applies) return [];
    const given = conditions.map(([name]) => `\`${name}: ${words(name, declared.get(name))}\``);
    const where = `${limits.name} with ${given.join(" and ")}`;
    const refused = Object.entries(one.refuse)
      .filter(([name]) => declared.has(name))
      .map(([name, why]) => ({ name, message: `${where} does not support \`${name}\`: ${why}` }));
    const allowed = Object.entries(one.allow).flatMap(([name, values]) => {
      const value = declared.get(name);
      const known = values.map((text) => inBaseUnits(name, text));
      if (value === undefined || known.includes(value)) return [];
      const list = listed(known.map((text) => words(name, text)));
      const message = `${where}: expected ${list} as \`${name}\`, got ${words(name, value)}`;
      return [{ name, message }];
    });
    return [...refused, ...allowed, ...sizeFaults(declared, where, one)];
  });
}

function sizeFaults(
  declared: DeclaredValues,
  where: string,
  { sizes = [], step }: KindLimits["cases"][number],
): readonly ProvisionedFault[] {
  const size = declared.get("size");
  if (step === undefined || typeof size !== "number") return [];
  const first = sizes.map((text) => numberOf("size", text));
  const each = numberOf("size", step);
  const fits = (bytes: number) => first.includes(bytes) || (bytes > 0 && bytes % each === 0);
  // AWS sells 1.2 TiB and counts 1,200 GiB: both notations are accepted.
  if (fits(size) || fits(Math.round((size * 1000) / 1024))) return [];
  const list = [
    ...first.map((bytes) => words("size", bytes)),
    `multiples of ${words("size", each)}`,
  ];
  const message = `${where}: expected a size of ${listed(list)}, got ${words("size", size)}`;
  return [{ name: "size", message }];
}

function words(name: string, value: unknown): string {
  const fact = Object.values(PROVISIONED).find((one) => one.name === name);
  if (typeof value !== "number" || fact?.dimension === undefined) return String(value);
  return amountWords(value, fact.dimension);
}

function unitNoun(name: string): string {
  if (name === "iops") return " IOPS";
  return name === "metadataIops" ? " metadata IOPS" : "";
}

function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} or ${last}`;
}
