import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Section, sectionsOf } from "../../src/report/report.ts";

function section(title: string): Section {
  return { title, blocks: [] };
}

test("makes the sections of a report in the order of its list, without empty entries", () => {
  const made = sectionsOf<string>(
    [
      (subject) => section(`first ${subject}`),
      () => null,
      (subject) => [section(`one ${subject}`), section(`two ${subject}`)],
      () => [],
      () => section("last"),
    ],
    "run",
  );
  expect(made.map(({ title }) => title)).toEqual(["first run", "one run", "two run", "last"]);
});

test("has sections of a run that import no other section", () => {
  const folder = new URL("../../src/report/run/sections/", import.meta.url);
  const files = readdirSync(folder);
  const imports = files.flatMap((file) =>
    [...readFileSync(new URL(file, folder), "utf8").matchAll(/from "(\.[^"]*)"/g)].map(
      ([, path = ""]) => `${file}: ${path}`,
    ),
  );
  expect(imports.length).toBeGreaterThan(files.length);
  expect(imports.filter((line) => line.includes(": ./"))).toEqual([]);
});
