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
