import type { TargetKind } from "../../model/target/kind.ts";
import { PROVISIONED } from "../../model/target/provision.ts";
import type { Provisioned } from "../../model/target/target.ts";
import { amountWords } from "../../model/units.ts";
import { inBaseUnits, type KindLimits, loadLimits, numberOf } from "./limits.ts";

/** What is wrong with a field of `provisioned`, in one sentence. */
export interface ProvisionedFault {
  readonly name: string;
  readonly message: string;
}

type Said = ReadonlyMap<string, string | number | boolean>;

/**
 * Holds what was declared against what is published as possible: fields that make no sense for the
 * kind, ranges, ratios between two fields, combinations. Nothing is assumed of what nobody said.
 */
export function checkProvisioned(
  kind: TargetKind,
  provisioned: Provisioned,
): readonly ProvisionedFault[] {
  const said = saidOf(provisioned);
  // The limits are a file, which takes longer to read than all else that a small run begins with.
  if (said.size === 0) return [];
  const limits = loadLimits().kinds[kind];
  const strays = [...said.keys()].filter((name) => !limits.fields.includes(name));
  if (strays.length > 0) return strays.map((name) => ({ name, message: stray(name, limits) }));
  const found = [...rangeFaults(said, limits), ...ratioFaults(said, limits)];
  // One field, one sentence: a value out of its range is in no combination either, and of several
  // combinations the last one says it most exactly.
  for (const fault of caseFaults(said, limits).reverse()) {
    if (!found.some(({ name }) => name === fault.name)) found.push(fault);
  }
  return found;
}

function saidOf(provisioned: Provisioned): Said {
  return new Map(
    Object.entries(PROVISIONED).flatMap(([key, { name }]) => {
      const value = Object.getOwnPropertyDescriptor(provisioned, key)?.value;
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function stray(name: string, limits: KindLimits): string {
  const why = limits.refused[name];
  if (why !== undefined) return `${limits.name} takes no \`${name}\`: ${why}`;
  const fields = limits.fields.map((field) => `\`${field}\``).join(", ");
  const what = fields === "" ? "nothing is provisioned there" : `expected ${fields}`;
  return `\`${name}\` makes no sense for ${limits.name}, ${what}`;
}

function rangeFaults(said: Said, limits: KindLimits): ProvisionedFault[] {
  return Object.entries(limits.ranges).flatMap(([name, range]) => {
    const value = said.get(name);
    if (typeof value !== "number") return [];
    const least = numberOf(name, range.least);
    const most = range.most === undefined ? Number.POSITIVE_INFINITY : numberOf(name, range.most);
    if (value >= least && value <= most) return [];
    const to = range.most === undefined ? " or more" : ` to ${words(name, most)}`;
    const former = range.until.map(
      (one) => ` (until ${one.date} at most ${words(name, numberOf(name, one.most))})`,
    );
    const can = `${limits.name} can be provisioned with ${words(name, least)}${to}${nounOf(name)}`;
    return [{ name, message: `${can}${former.join("")}; ${words(name, value)} was found` }];
  });
}

function ratioFaults(said: Said, limits: KindLimits): ProvisionedFault[] {
  return limits.ratios.flatMap(({ of, most, per, unit, included }) => {
    const value = said.get(of);
    const base = said.get(per);
    if (typeof value !== "number" || typeof base !== "number") return [];
    const each = numberOf(of, most);
    const highest = Math.max(numberOf(of, included), each * (base / numberOf(per, unit)));
    if (value <= highest) return [];
    const needed = Math.ceil(value / each) * numberOf(per, unit);
    const single = per === "iops" ? "IOPS" : words(per, numberOf(per, unit)).replace(/^1 /, "");
    const message =
      `${limits.name} can be provisioned with at most ${words(of, each)}${nounOf(of)} for each ` +
      `${single}, so with ${words(of, highest)} at ${words(per, base)}${nounOf(per)}; ` +
      `${words(of, value)} was found, which needs ${words(per, needed)}${nounOf(per)}`;
    return [{ name: of, message }];
  });
}

function caseFaults(said: Said, limits: KindLimits): ProvisionedFault[] {
  return limits.cases.flatMap((one): ProvisionedFault[] => {
    const conditions = Object.entries(one.when);
    const applies = conditions.every(([name, values]) =>
      values.some((value) => inBaseUnits(name, value) === said.get(name)),
    );
    if (!applies) return [];
    const given = conditions.map(([name]) => `\`${name}: ${words(name, said.get(name))}\``);
    const where = `${limits.name} with ${given.join(" and ")}`;
    const refused = Object.entries(one.refuse)
      .filter(([name]) => said.has(name))
      .map(([name, why]) => ({ name, message: `${where} takes no \`${name}\`: ${why}` }));
    const allowed = Object.entries(one.allow).flatMap(([name, values]) => {
      const value = said.get(name);
      const known = values.map((text) => inBaseUnits(name, text));
      if (value === undefined || known.includes(value)) return [];
      const list = listed(known.map((text) => words(name, text)));
      const message = `${where} has ${list} as \`${name}\`; ${words(name, value)} was found`;
      return [{ name, message }];
    });
    return [...refused, ...allowed, ...sizeFaults(said, where, one)];
  });
}

function sizeFaults(
  said: Said,
  where: string,
  { sizes = [], step }: KindLimits["cases"][number],
): readonly ProvisionedFault[] {
  const size = said.get("size");
  if (step === undefined || typeof size !== "number") return [];
  const first = sizes.map((text) => numberOf("size", text));
  const each = numberOf("size", step);
  const fits = (bytes: number) => first.includes(bytes) || (bytes > 0 && bytes % each === 0);
  // These sizes are sold as 1.2 TiB and counted as 1,200 GiB: both are taken for what is meant.
  if (fits(size) || fits(Math.round((size * 1000) / 1024))) return [];
  const list = [
    ...first.map((bytes) => words("size", bytes)),
    `multiples of ${words("size", each)}`,
  ];
  const message = `${where} has ${listed(list)} as its size; ${words("size", size)} was found`;
  return [{ name: "size", message }];
}

function words(name: string, value: unknown): string {
  const fact = Object.values(PROVISIONED).find((one) => one.name === name);
  if (typeof value !== "number" || fact?.dimension === undefined) return String(value);
  return amountWords(value, fact.dimension);
}

function nounOf(name: string): string {
  if (name === "iops") return " IOPS";
  return name === "metadataIops" ? " metadata IOPS" : "";
}

function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} or ${last}`;
}
