import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const FOLDER = fileURLToPath(new URL("./golden/", import.meta.url));

/** Compares with a kept file. `UPDATE_GOLDEN=1` writes it instead, to be read before a commit. */
export function expectGolden(name: string, text: string): void {
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(FOLDER + name, text);
  }
  expect(text).toBe(readFileSync(FOLDER + name, "utf8"));
}

/** All kept files by name. */
export function goldenTexts(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(FOLDER).map((name) => [name, readFileSync(FOLDER + name, "utf8")]),
  );
}
