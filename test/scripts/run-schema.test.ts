import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { runObjects } from "../../scripts/docs/run-fields.ts";
import { runJsonSchema } from "../../scripts/write-schema.ts";
import { ROOT } from "../tree.ts";

const stored = ["results/examples", "test/report/older-runs"].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => /^\d{8}-/.test(name))
    .map((name) => join(folder, name, "run.json")),
);
const schema = z.fromJSONSchema(
  JSON.parse(readFileSync(join(ROOT, "docs/run.schema.json"), "utf8")),
);

function storedRun(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}

describe("docs/run.schema.json", () => {
  test.each(stored)("accepts %s", (path) => {
    expect(schema.safeParse(storedRun(path)).error).toBeUndefined();
  });

  test.each([
    ["another format", { format: "assay-other" }],
    ["a missing plan", { plan: undefined }],
    ["an unknown state", { state: "done" }],
    ["a time without a zone", { startedAt: "2026-11-26 03:04:39" }],
    ["a result without numbers", { phases: [{ repetition: 1 }] }],
  ])("rejects %s", (_, change) => {
    const value = { ...storedRun(stored[0] ?? ""), ...change };
    expect(schema.safeParse(value).success).toBe(false);
  });

  test("rejects a negative latency deep inside", () => {
    const value = JSON.stringify(storedRun(stored[0] ?? "")).replace(/"p50Ns":/, '"p50Ns":-');
    expect(schema.safeParse(JSON.parse(value)).success).toBe(false);
  });
});

describe("the dictionary of run.json", () => {
  const objects = runObjects(runJsonSchema());

  test("gives every field a type and a meaning", () => {
    const bare = objects.flatMap(({ name, fields }) =>
      fields
        .filter(({ type, meaning }) => type === "any" || meaning === "")
        .map(({ path }) => `${name}: ${path}`),
    );
    expect(bare).toEqual([]);
    expect(objects.flatMap(({ fields }) => fields).length).toBeGreaterThan(300);
  });

  test("describes every object that a field links to", () => {
    const names = objects.map(({ name }) => name);
    const linked = objects.flatMap(({ fields }) =>
      fields.flatMap(({ type }) => [...type.matchAll(/\[(\w+)\]/g)].map(([, name]) => name)),
    );
    expect(linked.filter((name) => !names.includes(name ?? ""))).toEqual([]);
  });
});
