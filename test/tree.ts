import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "..");

/** Files of the repository, new ones included, as paths from its root. */
export const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT })
  .toString()
  .split("\n")
  .filter((path) => path !== "" && isFile(path));
export const code = tracked.filter((path) => /\.(ts|mts|mjs|js)$/.test(path));
export const sources = code.filter((path) => path.startsWith("src/"));

export function isFile(path: string): boolean {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile() ?? false;
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** `run` for `src/run/store/store.ts`, `main` for `src/main.ts`. */
export function layerOf(path: string): string {
  const folder = relative("src", path).split("/")[0] ?? "";
  return basename(folder, ".ts");
}

/** Relative imports of a file, types and lazy ones included, as paths from the root. */
export function importsOf(path: string): readonly string[] {
  const found = read(path).matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g);
  return [...found].map(([, target = ""]) => join(dirname(path), target));
}

/** Files and packages that a module loads. */
interface Loads {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

/** Modules that the static imports of one load; with `lazy`, `import()` too. Types load nothing. */
export function loadsOf(entry: string, lazy = false): Loads {
  const files = new Set([entry]);
  const packages = new Set<string>();
  const statics = /^(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
  const calls = /\bimport\("([^"]+)"\)/g;
  for (const path of files) {
    const found = [statics, ...(lazy ? [calls] : [])].flatMap((one) => [
      ...read(path).matchAll(one),
    ]);
    for (const [, target = ""] of found) {
      if (target.startsWith(".")) files.add(join(dirname(path), target));
      else if (!target.startsWith("node:")) packages.add(target);
    }
  }
  return { files: [...files], packages: [...packages].sort() };
}
