import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";

/**
 * Compares with a kept file; the URL of its directory ends in `/`.
 * `UPDATE_GOLDEN=1` writes the file instead, to be read before a commit.
 */
export function expectGoldenIn(folder: URL, name: string, text: string): void {
  const path = new URL(name, folder);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, "utf8"));
}
