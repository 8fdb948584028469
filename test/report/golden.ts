import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expectGoldenIn } from "../golden.ts";

const URL_OF_FOLDER = new URL("./golden/", import.meta.url);
const FOLDER = fileURLToPath(URL_OF_FOLDER);

/** Compares with a kept file of this directory. */
export function expectGolden(name: string, text: string): void {
  expectGoldenIn(URL_OF_FOLDER, name, text);
}

/** All kept files by name. */
export function goldenTexts(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(FOLDER).map((name) => [name, readFileSync(FOLDER + name, "utf8")]),
  );
}
