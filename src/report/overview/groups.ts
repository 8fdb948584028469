import { surroundingsDifferences, workDifferences } from "../../metrics/difference/difference.ts";
import { describeDifferences } from "../../metrics/difference/fields.ts";
import { type SameWork, sameWork } from "../../metrics/difference/same-work.ts";
import type { Run } from "../../model/run/run.ts";
import { code, type Inline, type Text } from "../parts/document.ts";
import { locationText } from "../parts/where.ts";

/** At most this many differences are named. */
const MAX_FIELDS = 3;

/** Runs of the same work, with the words that distinguish them from the other groups. */
export interface RunGroup {
  /** The earliest first. */
  readonly runs: SameWork;
  /** Name of the scenario; with its plan if the scenario has several: `read (plan 3fa2c1)`. */
  readonly scenario: readonly Inline[];
  /** Name of the target; with what differs if several have this name: `local (/mnt/a)`. */
  readonly target: readonly Inline[];
}

/** Groups of runs in the order of their names; of equal names, the earliest first. */
export function groupsOf(runs: readonly Run[]): readonly RunGroup[] {
  const all = sameWork(runs);
  return all
    .toSorted(
      ([one], [other]) =>
        compareTexts(one.plan.name, other.plan.name) ||
        compareTexts(one.target.name, other.target.name) ||
        compareTexts(one.startedAt, other.startedAt),
    )
    .map((group) => ({
      runs: group,
      scenario: scenarioWords(group, all),
      target: targetWords(group, all),
    }));
}

/** Differences between the plans of one scenario, one sentence per further plan. */
export function planSentences(groups: readonly RunGroup[]): readonly Text[] {
  const scenarios = Map.groupBy(groups, ({ runs: [{ plan }] }) => plan.name);
  return [...scenarios].flatMap(([name, own]) => {
    const plans = Map.groupBy(own, ({ runs: [{ planHash }] }) => planHash);
    const [first, ...others] = [...plans.values()].flatMap(([one]) => one?.runs[0] ?? []);
    if (first === undefined) return [];
    return others.map((other): Text => {
      const found = describeDifferences(workDifferences(first, other), MAX_FIELDS);
      const hashes = `plans ${shortHash(first)} and ${shortHash(other)}`;
      return [code(name), `: the ${hashes} differ in ${found}.`];
    });
  });
}

function scenarioWords([run]: SameWork, all: readonly SameWork[]): readonly Inline[] {
  const plans = all.filter(([other]) => other.plan.name === run.plan.name);
  const isSeveral = new Set(plans.map(([{ planHash }]) => planHash)).size > 1;
  return [code(run.plan.name), ...(isSeveral ? [` (plan ${shortHash(run)})`] : [])];
}

function shortHash({ planHash }: Run): string {
  return planHash.slice(0, 6);
}

/** Facts that distinguish targets of one name. */
const FACTS: readonly ((run: Run) => string)[] = [
  ({ target }) => target.kind,
  ({ target }) => (target.emulated === undefined ? "not emulated" : "emulated"),
  ({ target }) => locationText(target.address),
];

function targetWords([run]: SameWork, all: readonly SameWork[]): readonly Inline[] {
  const named = all.flatMap(([other]) => (other.target.name === run.target.name ? [other] : []));
  const differing = FACTS.filter((fact) => new Set(named.map(fact)).size > 1);
  const alike = named.filter(
    (other) => other.planHash === run.planHash && FACTS.every((fact) => fact(other) === fact(run)),
  );
  const words = [...differing.map((fact) => fact(run)), ...placeWords(run, alike)];
  return [code(run.target.name), ...(words.length === 0 ? [] : [` (${words.join(", ")})`])];
}

/** Facts of storage and host that distinguish a run from others with the same name and address. */
function placeWords(run: Run, alike: readonly Run[]): readonly string[] {
  const others = alike.filter((other) => other !== run);
  const fields = new Map(
    others.flatMap((other) =>
      surroundingsDifferences(run, other)
        .filter(({ field }) => !field.startsWith("software."))
        .map(({ field, first }) => [field, first] as const),
    ),
  );
  return [...fields].slice(0, MAX_FIELDS).map(([field, value]) => `${field} ${value}`);
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
