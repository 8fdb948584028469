import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { listScenarios } from "../../src/scenario/shipped.ts";

const shipped = await listScenarios();

describe("the list of scenarios", () => {
  // The list reads these fields without the YAML parser: they must be plain, on one line.
  it.each(shipped)("has the title and lists of $name as YAML has them", async (listed) => {
    const { title, guide = [], targets = [], phases } = parse(await readFile(listed.path, "utf8"));
    const { title: listedTitle, guide: listedGuide, targets: listedTargets } = listed;
    expect([listedTitle, listedGuide, listedTargets]).toEqual([title, guide, targets]);
    expect(phases).toBeInstanceOf(Array);
  });
});
