import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { OptionDescription } from "../option-table.ts";
import { DEFAULT_BASELINES, RESULTS } from "../stored.ts";
import { TOPICS } from "../topics.ts";

/** A word that a shell offers. */
export interface Completion {
  readonly word: string;
  /** One line; may be empty. */
  readonly description: string;
}

/** The part of a command line that a lookup of values may depend on. */
export interface Lookup {
  readonly command: string;
  /** Values so far, by name of option or argument. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly env: NodeJS.ProcessEnv;
}

/** Returns the known values of an option or argument; none if it takes a path or free text. */
export async function valuesOf(
  option: OptionDescription,
  lookup: Lookup,
): Promise<readonly Completion[]> {
  if (option.choices.length > 0) return option.choices.map((word) => ({ word, description: "" }));
  const find = LOOKUPS[lookupName(option, lookup)];
  try {
    return (await find?.(lookup)) ?? [];
  } catch {
    // An unreadable directory or an invalid file has no values to offer.
    return [];
  }
}

/** The positional argument of `compare --interleave` names scenarios. */
function lookupName({ name }: OptionDescription, { given }: Lookup): string {
  return name === "run" && given.has("interleave") ? "scenario" : name;
}

const LOOKUPS: Readonly<Record<string, (lookup: Lookup) => Promise<readonly Completion[]>>> = {
  scenario: scenarios,
  run: storedRuns,
  baseline: baselines,
  claim: claims,
  target: targets,
  topic: topics,
};

async function scenarios({ command }: Lookup): Promise<readonly Completion[]> {
  const { listScenarios } = await import("../../scenario/shipped.ts");
  const shipped = await listScenarios();
  const words = shipped.map(({ name, title }) => ({ word: name, description: title }));
  if (command !== "run" && command !== "check") return words;
  return [...words, { word: "guide", description: "All workloads of the guide" }];
}

/** Run ids, newest first; ids begin with their time. */
async function storedRuns({ given }: Lookup): Promise<readonly Completion[]> {
  const results = given.get("results")?.at(-1) ?? RESULTS.default;
  return readdirSync(results)
    .filter((name) => existsSync(join(results, name, "run.json")))
    .sort()
    .reverse()
    .map((word) => ({ word, description: "" }));
}

/** Named baselines, then run ids. */
async function baselines(lookup: Lookup): Promise<readonly Completion[]> {
  const { baselineNames } = await import("../baseline/named.ts");
  const names = baselineNames(lookup.given.get("baselines")?.at(-1) ?? DEFAULT_BASELINES);
  const runs = await storedRuns(lookup).catch(() => []);
  return [...names.map((word) => ({ word, description: "named baseline" })), ...runs];
}

async function claims(): Promise<readonly Completion[]> {
  const { loadCatalogue } = await import("../../claim/catalogue/catalogue.ts");
  const catalogue = await loadCatalogue();
  return [
    ...catalogue.claims.map(({ id, says }) => ({ word: id, description: says })),
    ...catalogue.statements.map(({ id, statement }) => ({ word: id, description: statement })),
  ];
}

/** Names in the targets file of the line. */
async function targets({ given, env }: Lookup): Promise<readonly Completion[]> {
  const file = given.get("targets")?.at(-1);
  if (file === undefined) return [];
  const { loadTargets } = await import("../../scenario/targets/targets.ts");
  const found = await loadTargets(file, { env });
  return found.map(({ name, kind }) => ({ word: name, description: kind }));
}

async function topics(): Promise<readonly Completion[]> {
  return TOPICS.map(({ name, summary }) => ({ word: name, description: summary }));
}
