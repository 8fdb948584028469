import { expect, it } from "vitest";
import { parseTargets } from "../../../src/scenario/targets/targets.ts";
import { linesOf } from "../support.ts";

const faults = (text: string) => linesOf(() => parseTargets("t.yaml", text, {}));

it("a target has paths by host, relative to the file", () => {
  const path = "{ default: mnt, node-1: /mnt/other, local:1: second }";
  const text = `targets: { a: { kind: directory, path: ${path} } }`;
  expect(parseTargets("/etc/t.yaml", text, {})).toEqual([
    {
      name: "a",
      kind: "directory",
      address: { kind: "path", path: "/etc/mnt" },
      pathByHost: { "node-1": "/mnt/other", "local:1": "/etc/second" },
      provisioned: {},
    },
  ]);
  const alone = "targets: { a: { kind: directory, path: { default: /mnt } } }";
  expect(parseTargets("t.yaml", alone, {})[0]).not.toHaveProperty("pathByHost");
});

it.each([
  ["{ b: /mnt }", /`default` is missing/],
  ["{ default: /mnt, b: 5 }", /`b`: expected a path/],
  ["{ default: '' }", /`default`: expected a path/],
  ["[/mnt]", /expected a path, or `default` and paths by host/],
])("rejects the path %s", (path, sentence) => {
  const [line = ""] = faults(`targets: { a: { kind: directory, path: ${path} } }`);
  expect(line).toMatch(sentence);
});
