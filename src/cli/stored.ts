import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Argv } from "yargs";
import type { Declaration } from "../claim/declaration/declaration.ts";
import { UsageError } from "../model/fault/errors.ts";
import type { Run } from "../model/run/run.ts";
import { MEMORY_KINDS, TARGET_KINDS, type TargetKind } from "../model/target/kind.ts";
import { targetKindOf } from "../model/target/knowledge.ts";
import type { TargetSpec } from "../model/target/target.ts";
import type { StoredRun } from "../run/store/read.ts";
import { flag, shellWord, text, texts } from "./command.ts";
import { factOptions } from "./target-options.ts";

/** The positional argument `run`: the stored runs that a command reads. */
export const STORED_RUNS = {
  type: "string",
  array: true,
  demandOption: true,
  describe: "directory or id of a stored run",
} as const;

/** The `--results` option of every command that stores or reads runs. */
export const RESULTS = {
  type: "string",
  nargs: 1,
  default: "results",
  describe: "directory of the stored runs",
} as const;

/** Directory of the named baselines if `--baselines` is absent. */
export const DEFAULT_BASELINES = "baselines";

/** The `--baselines` option of every command that reads or writes named baselines. */
export const BASELINES = {
  type: "string",
  nargs: 1,
  describe: "directory of the named baselines",
  defaultDescription: DEFAULT_BASELINES,
} as const;

/** Returns the directory of `--baselines`. @throws UsageError if it is empty. */
export function baselinesFolder(parsed: Readonly<Record<string, unknown>>): string {
  const folder = text(parsed, "baselines") ?? DEFAULT_BASELINES;
  if (folder !== "") return folder;
  throw new UsageError("--baselines is empty; expected a directory, e.g. --baselines baselines");
}

/** Returns the directory of `--results`. @throws UsageError if it is empty. */
export function resultsFolder(parsed: Readonly<Record<string, unknown>>): string {
  const folder = text(parsed, "results") ?? RESULTS.default;
  if (folder === "") {
    throw new UsageError("--results is empty; expected a directory, e.g. --results results");
  }
  return folder;
}

/**
 * Reads the stored runs of a command line, in order. Ignores other entries of the directories that
 * hold runs, because a shell lists them for `results/*`; without any run they are an error. With
 * `skipped`, runs that cannot be read are added to it instead of ending the command.
 */
export async function readNamed(
  parsed: Readonly<Record<string, unknown>>,
  skipped: UsageError[] | null = null,
): Promise<readonly StoredRun[]> {
  const { readRun } = await import("../run/store/read.ts");
  const folder = resultsFolder(parsed);
  const stored: StoredRun[] = [];
  const names = texts(parsed, "run");
  const places = new Set([folder, ...names.filter(holdsRun).map(dirname)].map((at) => resolve(at)));
  const runs = names.filter((name) => !isNotStoredRun(name, places));
  for (const name of runs.length > 0 ? runs : names) {
    try {
      stored.push(await readRun(name, folder));
    } catch (error) {
      if (skipped === null || !(error instanceof UsageError)) throw error;
      skipped.push(error);
    }
  }
  const [first] = skipped ?? [];
  if (stored.length === 0 && first !== undefined) throw first;
  return stored;
}

function holdsRun(path: string): boolean {
  return existsSync(join(path, "run.json"));
}

/** Whether a path exists in one of these directories but is not a stored run. */
function isNotStoredRun(path: string, places: ReadonlySet<string>): boolean {
  return places.has(resolve(dirname(path))) && existsSync(path) && !holdsRun(path);
}

const DECLARED_GROUP = "Declared after the run:";

/** Options that apply to the runs of one target; `--instance` applies to all. */
const OF_ONE_TARGET = ["kind", "provisioned", "emulated"] as const;

/** Adds the options that declare what a stored run did not say about its target. */
export function declaredOptions(parser: Argv): Argv {
  const declared = parser
    .option("targets", {
      type: "string",
      nargs: 1,
      group: DECLARED_GROUP,
      describe: "targets file (YAML) with the kinds and facts of the runs' targets, by name",
    })
    .option("kind", {
      choices: TARGET_KINDS,
      nargs: 1,
      group: DECLARED_GROUP,
      describe: "storage type of the target, if the run has none",
    });
  return factOptions(declared, DECLARED_GROUP);
}

/** Options of {@link declaredOptions} as given, each after a space, to repeat them. */
export function declaredWords(parsed: Readonly<Record<string, unknown>>): string {
  const given = ["targets", "kind", "provisioned", "instance"].flatMap((name) => {
    const value = text(parsed, name);
    return value === undefined ? [] : [` --${name} ${shellWord(value)}`];
  });
  return [...given, ...(flag(parsed, "emulated") ? [" --emulated"] : [])].join("");
}

/**
 * Returns stored runs with the declarations of the command line, marked as declared after the run.
 *
 * @throws UsageError if a run contradicts a declaration, or a declaration applies to no run
 */
export async function withDeclared(
  stored: readonly StoredRun[],
  parsed: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): Promise<readonly StoredRun[]> {
  const given = [...OF_ONE_TARGET, "instance"].filter((name) => parsed[name] !== undefined);
  const file = text(parsed, "targets");
  if (file === undefined && given.length === 0) return stored;
  const runs = stored.map(({ run }) => run);
  const of =
    file === undefined
      ? optionsFor(runs, parsed)
      : await fileFor(runs, file, { env, options: given });
  const { declaredAfter } = await import("../claim/declaration/declaration.ts");
  const { tableLimits } = await import("../environment/aws/instance-table.ts");
  const declared: StoredRun[] = [];
  for (const one of stored) {
    const facts = await of(one.run);
    if (facts === null) {
      declared.push(one);
      continue;
    }
    const { instance = {} } = facts;
    const instanceLimits = instance.type === undefined ? null : await tableLimits(instance.type);
    declared.push({
      ...one,
      run: declaredAfter(one.run, { ...facts, instance, instanceLimits }),
    });
  }
  return declared;
}

/** Facts that apply to a run; null if none do. */
type FactsOf = (
  run: Run,
) => Promise<
  (Omit<Declaration, "instance" | "instanceLimits"> & Pick<TargetSpec, "instance">) | null
>;

function kindOf({ target, storage }: Run): TargetKind {
  return targetKindOf(target, storage);
}

/** Declarations of the options. */
function optionsFor(runs: readonly Run[], parsed: Readonly<Record<string, unknown>>): FactsOf {
  const names = [...new Set(runs.map(({ target }) => target.name))];
  const single = OF_ONE_TARGET.find((name) => parsed[name] !== undefined);
  if (single !== undefined && names.length > 1) {
    throw new UsageError(
      `--${single} applies to the runs of a single target, got ${names.join(", ")}; describe ` +
        "several targets in a targets file (--targets), or name the runs of one",
    );
  }
  const declaredKind = TARGET_KINDS.find((kind) => kind === parsed.kind);
  return async (run) => {
    const { parseDeclared } = await import("../scenario/targets/targets.ts");
    const kind = declaredKind ?? kindOf(run);
    // A target in memory has no instance.
    if (MEMORY_KINDS.has(kind) && single === undefined) return null;
    const facts = parseDeclared(kind, {
      provisioned: text(parsed, "provisioned"),
      instance: text(parsed, "instance"),
      emulated: parsed.emulated === undefined ? undefined : flag(parsed, "emulated"),
    });
    return { ...facts, ...(declaredKind === undefined ? {} : { kind: declaredKind }) };
  };
}

/** Declarations of a targets file, whose targets have the names of the runs' targets. */
async function fileFor(
  runs: readonly Run[],
  file: string,
  { env, options }: { readonly env: NodeJS.ProcessEnv; readonly options: readonly string[] },
): Promise<FactsOf> {
  const [option] = options;
  if (option !== undefined) {
    throw new UsageError(`--${option} cannot be combined with --targets; write it in ${file}`);
  }
  const { loadTargets } = await import("../scenario/targets/targets.ts");
  const targets = await loadTargets(file, { env });
  const names = [...new Set(runs.map(({ target }) => target.name))];
  if (!targets.some(({ name }) => names.includes(name))) {
    throw new UsageError(
      `${file} has no target of these runs; expected ${names.join(" or ")}, got ` +
        targets.map(({ name }) => name).join(", "),
    );
  }
  return async (run) => {
    const spec = targets.find(({ name }) => name === run.target.name);
    if (spec === undefined) return null;
    requireSamePlace(run, spec, file);
    return spec;
  };
}

/** Rejects a target of the same name at another place. */
function requireSamePlace({ id, target }: Run, spec: TargetSpec, file: string): void {
  const [is, not] = [placeOf(target), placeOf(spec)];
  if (is === not) return;
  throw new UsageError(
    `run ${id} measured ${is}, but ${file} has ${not} as ${spec.name}; use the name of the ` +
      "measured target, or name other runs",
  );
}

function placeOf({ address, kind }: TargetSpec): string {
  switch (address.kind) {
    case "path":
    case "device":
      return address.path;
    case "bucket":
      return `s3://${address.bucket}/${address.prefix}`;
    case "memory":
      return `${kind}:`;
  }
}
