import { access, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { ScenarioError, UsageError } from "../model/errors.ts";
import { valueAt } from "./issues.ts";
import { nearestFew } from "./nearest.ts";

/** A scenario that comes with the package. */
export interface Shipped {
  readonly name: string;
  readonly title: string;
  readonly path: string;
}

/** The same distance from `src/scenario` and from `dist/scenario`. */
const FOLDER = fileURLToPath(new URL("../../scenarios/", import.meta.url));
const ENDING = /\.ya?ml$/;

/** The scenarios of the package, by name. Other YAML files in the folder are left out. */
export async function listScenarios(): Promise<readonly Shipped[]> {
  const files = (await readdir(FOLDER)).filter((file) => ENDING.test(file)).sort();
  const shipped: Shipped[] = [];
  for (const file of files) {
    const path = join(FOLDER, file);
    const content: unknown = parse(await readFile(path, "utf8"), { logLevel: "silent" });
    const title = valueAt(content, ["title"]);
    if (!Array.isArray(valueAt(content, ["phases"]))) continue;
    const name = basename(file).replace(ENDING, "");
    shipped.push({ name, title: typeof title === "string" ? title : name, path });
  }
  return shipped;
}

/**
 * The file that a command line means: a path, or the bare name of a shipped scenario. Throws
 * ScenarioError, with the shipped names nearest to it, where there is neither.
 */
export async function resolveScenario(nameOrPath: string): Promise<string> {
  const bare = /^[\w-]+$/.test(nameOrPath);
  const shipped = join(FOLDER, `${nameOrPath}.yaml`);
  const names = (await listScenarios()).map((one) => one.name);
  if (bare && names.includes(nameOrPath)) return shipped;
  if (await exists(nameOrPath)) return nameOrPath;
  if (nameOrPath === "") {
    throw new UsageError("a scenario is an empty name; expected a file, or one of `assay list`");
  }
  const word = basename(nameOrPath).replace(ENDING, "");
  const near = nearestFew(word, names, 3);
  const list = near.map((name) => `\`${name}\``).join(", ");
  const hint = list === "" ? "" : `; shipped scenarios with a similar name: ${list}`;
  const message = `there is no such file${hint}`;
  throw new ScenarioError([{ file: nameOrPath, line: 1, column: 1, message }]);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
