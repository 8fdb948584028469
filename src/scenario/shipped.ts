import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parseDocument } from "yaml";
import { ScenarioError, UsageError } from "../model/fault/errors.ts";
import { nearestFew } from "../yaml/nearest.ts";
import { valueAt } from "../yaml/yaml.ts";

/** A scenario that comes with the package. */
export interface Shipped {
  readonly name: string;
  readonly title: string;
  readonly path: string;
  /** One of the guide's workloads, which `assay run guide` runs together. */
  readonly ofGuide: boolean;
  /** Statements of the guide it speaks to, and kinds of target it is meant for (empty: any). */
  readonly guide: readonly string[];
  readonly targets: readonly string[];
}

/** The scenario files that one argument of a command line means. */
export interface NamedScenarios {
  readonly files: readonly string[];
  /** It named a folder, not a scenario. */
  readonly isFolder: boolean;
}

/** The same distance from `src/scenario` and from `dist/scenario`. */
const FOLDER = fileURLToPath(new URL("../../scenarios/", import.meta.url));
/** A folder of {@link FOLDER}, and the word for it on a command line. */
const GUIDE = "guide";
const FOLDERS = [[FOLDER, false] as const, [join(FOLDER, GUIDE), true] as const];
const ENDING = /\.ya?ml$/;
/** What only scenarios have; tables of a thousand lines lie beside them and are not parsed. */
const PHASES = /^phases:/m;

/** Names that scenarios had in earlier versions. */
const FORMER: Readonly<Record<string, string>> = { "accelerated-upload": "accelerated-transfer" };

/**
 * The scenarios of the package, by name, those of the guide last. Other YAML files in the folders
 * are left out.
 */
export async function listScenarios(): Promise<readonly Shipped[]> {
  const shipped: Shipped[] = [];
  for (const [folder, ofGuide] of FOLDERS) {
    for (const path of await yamlFiles(folder)) {
      const text = await readFile(path, "utf8");
      if (!PHASES.test(text)) continue;
      const content: unknown = parse(text, { logLevel: "silent" });
      const title = valueAt(content, ["title"]);
      if (!Array.isArray(valueAt(content, ["phases"]))) continue;
      const name = basename(path).replace(ENDING, "");
      shipped.push({
        name,
        title: typeof title === "string" ? title : name,
        path,
        ofGuide,
        guide: textsAt(content, "guide"),
        targets: textsAt(content, "targets"),
      });
    }
  }
  return shipped;
}

function textsAt(content: unknown, key: string): readonly string[] {
  const value = valueAt(content, [key]);
  return Array.isArray(value) ? value.map(String) : [];
}

/**
 * The files that a command line means: a scenario as in `resolveScenario`, or every scenario of a
 * folder in the order of their names (`guide`: the shipped ones of the guide). Throws UsageError
 * for a folder without any.
 */
export async function resolveScenarios(nameOrPath: string): Promise<NamedScenarios> {
  const folder = nameOrPath === GUIDE ? join(FOLDER, GUIDE) : nameOrPath;
  if (!(await isFolder(folder))) {
    return { files: [await resolveScenario(nameOrPath)], isFolder: false };
  }
  const files: string[] = [];
  for (const path of await yamlFiles(folder)) if (await mayBeScenario(path)) files.push(path);
  if (files.length > 0) return { files, isFolder: true };
  throw new UsageError(`there is no scenario in the folder ${folder}, expected YAML files`);
}

/**
 * The file that a command line means: a path, or the bare name of a shipped scenario. Throws
 * ScenarioError, with the shipped names nearest to it, where there is neither.
 */
export async function resolveScenario(nameOrPath: string): Promise<string> {
  const known = await shippedPath(FORMER[nameOrPath] ?? nameOrPath);
  if (known !== null) return known;
  if (await exists(nameOrPath)) return nameOrPath;
  if (nameOrPath === "") {
    throw new UsageError("a scenario is an empty name; expected a file, or one of `assay list`");
  }
  const word = basename(nameOrPath).replace(ENDING, "");
  const names = (await listScenarios()).map(({ name }) => name);
  const near = nearestFew(word, names, 3);
  const list = near.map((name) => `\`${name}\``).join(", ");
  const hint = list === "" ? "" : `; shipped scenarios with a similar name: ${list}`;
  const message = `there is no such file${hint}`;
  throw new ScenarioError([{ file: nameOrPath, line: 1, column: 1, message }]);
}

/** The file of a shipped scenario's bare name; null where there is none. */
async function shippedPath(name: string): Promise<string | null> {
  if (!/^[\w-]+$/.test(name)) return null;
  for (const [folder] of FOLDERS) {
    const path = join(folder, `${name}.yaml`);
    if ((await exists(path)) && PHASES.test(await readFile(path, "utf8"))) return path;
  }
  return null;
}

/** Paths of the YAML files of a folder, in the order of their names. */
async function yamlFiles(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => ENDING.test(name));
  const bare = (name: string): string => name.replace(ENDING, "");
  return names
    .sort((one, other) => (bare(one) < bare(other) ? -1 : 1))
    .map((name) => join(folder, name));
}

/** False for what is certainly something else, such as a targets file; a slip is to be told. */
async function mayBeScenario(path: string): Promise<boolean> {
  if (await isFolder(path)) return false;
  const document = parseDocument(await readFile(path, "utf8"), { logLevel: "silent" });
  if (document.errors.length > 0) return true;
  const content: unknown = document.toJS();
  if (typeof content !== "object" || content === null) return true;
  return valueAt(content, ["phases"]) !== undefined || valueAt(content, ["datasets"]) !== undefined;
}

async function isFolder(path: string): Promise<boolean> {
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
