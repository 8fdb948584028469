import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readText } from "./roots.ts";

/** Packages that issue or measure operations: another version may give another number. */
const PACKAGES = [
  "@aws-sdk/client-s3",
  "@aws-sdk/lib-storage",
  "@smithy/node-http-handler",
  "hdr-histogram-js",
  "koffi",
  "piscina",
];

/** Installed versions of those packages by name; one that is not installed is left out. */
export function packageVersions(
  from: string = dirname(fileURLToPath(import.meta.url)),
): Readonly<Record<string, string>> {
  const versions = PACKAGES.map((name) => [name, versionOf(name, from)] as const);
  return Object.fromEntries(
    versions.filter((entry): entry is readonly [string, string] => entry[1] !== null),
  );
}

/** Looks through the `node_modules` of a folder and its parents, as Node does. */
function versionOf(name: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const text = readText(join(folder, "node_modules", name, "package.json"));
    if (text !== null) return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? null;
    if (folder === dirname(folder)) return null;
  }
}
