import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ScenarioError, UsageError } from "../model/fault/errors.ts";
import { nearestFew } from "../yaml/nearest.ts";

/** A scenario that comes with the package. */
export interface Shipped {
  readonly name: string;
  readonly title: string;
  readonly path: string;
  /** Whether it is a workload of the guide; `assay run guide` runs all of them. */
  readonly ofGuide: boolean;
  /** Ids of the statements of the guide that it tests. */
  readonly guide: readonly string[];
  /** Target kinds that it is for; empty: all kinds. */
  readonly targets: readonly string[];
}

/** The scenario files that one command-line argument selects. */
export interface NamedScenarios {
  readonly files: readonly string[];
  /** Whether the argument is a directory, not a scenario. */
  readonly isFolder: boolean;
}

/** Directory of the shipped scenarios, at the same path relative to `src` and to `dist`. */
const SHIPPED = fileURLToPath(new URL("../../scenarios/", import.meta.url));
/** A subdirectory of {@link SHIPPED}, also its name on the command line. */
const GUIDE = "guide";
const DIRECTORIES = [[SHIPPED, false] as const, [join(SHIPPED, GUIDE), true] as const];
const ENDING = /\.ya?ml$/;
/** Line that only scenarios have; avoids parsing the long tables in the same directory. */
const PHASES = /^phases:/m;

/** Names of scenarios in earlier versions. */
const FORMER: Readonly<Record<string, string>> = { "accelerated-upload": "accelerated-transfer" };

/** Returns the shipped scenarios by name, those of the guide last. */
export async function listScenarios(): Promise<readonly Shipped[]> {
  const shipped: Shipped[] = [];
  for (const [directory, ofGuide] of DIRECTORIES) {
    for (const path of await yamlFiles(directory)) {
      const text = await readFile(path, "utf8");
      if (!PHASES.test(text)) continue;
      const name = basename(path).replace(ENDING, "");
      const title = fieldOf(text, "title") ?? name;
      const guide = listOf(text, "guide");
      const targets = listOf(text, "targets");
      shipped.push({ name, title, path, ofGuide, guide, targets });
    }
  }
  return shipped;
}

/**
 * Returns the value of a field of a shipped scenario, a plain word or list on the line of the
 * field; undefined without the field. The YAML parser would need 100 ms for all scenarios.
 */
function fieldOf(text: string, field: string): string | undefined {
  return new RegExp(`^${field}: (.+)$`, "m").exec(text)?.[1];
}

function listOf(text: string, field: string): readonly string[] {
  const value = fieldOf(text, field);
  return value === undefined ? [] : value.slice(1, -1).split(", ");
}

/**
 * Returns the files that a command-line argument selects: one scenario (see {@link
 * resolveScenario}), or all scenarios of a directory by name; `guide` selects the shipped ones.
 *
 * @throws UsageError if the directory has no scenarios.
 */
export async function resolveScenarios(nameOrPath: string): Promise<NamedScenarios> {
  const directory = nameOrPath === GUIDE ? join(SHIPPED, GUIDE) : nameOrPath;
  if (!(await isDirectory(directory))) {
    return { files: [await resolveScenario(nameOrPath)], isFolder: false };
  }
  const files: string[] = [];
  for (const path of await yamlFiles(directory)) if (await mayBeScenario(path)) files.push(path);
  if (files.length > 0) return { files, isFolder: true };
  throw new UsageError(`no scenarios in the directory ${directory}; expected YAML files`);
}

/**
 * Returns the file that a command-line argument selects: a path, or the name of a shipped scenario.
 *
 * @throws ScenarioError with the most similar shipped names if neither exists.
 */
export async function resolveScenario(nameOrPath: string): Promise<string> {
  const known = await shippedPath(FORMER[nameOrPath] ?? nameOrPath);
  if (known !== null) return known;
  if (await exists(nameOrPath)) return nameOrPath;
  if (nameOrPath === "") {
    throw new UsageError(
      "the scenario name is empty; expected a file, or a name from `assay list`",
    );
  }
  const word = basename(nameOrPath).replace(ENDING, "");
  const names = (await listScenarios()).map(({ name }) => name);
  const near = nearestFew(word, names, 3);
  const list = near.map((name) => `\`${name}\``).join(", ");
  const hint = list === "" ? "" : `; shipped scenarios with a similar name: ${list}`;
  const message = `no such file or shipped scenario${hint}`;
  throw new ScenarioError([{ file: nameOrPath, line: 1, column: 1, message }]);
}

/** Path of the shipped scenario with this name; null if there is none. */
async function shippedPath(name: string): Promise<string | null> {
  if (!/^[\w-]+$/.test(name)) return null;
  for (const [directory] of DIRECTORIES) {
    const path = join(directory, `${name}.yaml`);
    if ((await exists(path)) && PHASES.test(await readFile(path, "utf8"))) return path;
  }
  return null;
}

/** Paths of the YAML files of a directory, sorted by name without suffix. */
async function yamlFiles(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => ENDING.test(name));
  const bare = (name: string): string => name.replace(ENDING, "");
  return names
    .sort((one, other) => (bare(one) < bare(other) ? -1 : 1))
    .map((name) => join(directory, name));
}

/** Whether a file may be a scenario. True for invalid YAML, so that its errors are reported. */
async function mayBeScenario(path: string): Promise<boolean> {
  if (await isDirectory(path)) return false;
  const { parseDocument } = await import("yaml");
  const { valueAt } = await import("../yaml/yaml.ts");
  const document = parseDocument(await readFile(path, "utf8"), { logLevel: "silent" });
  if (document.errors.length > 0) return true;
  const content: unknown = document.toJS();
  if (typeof content !== "object" || content === null) return true;
  return valueAt(content, ["phases"]) !== undefined || valueAt(content, ["datasets"]) !== undefined;
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
