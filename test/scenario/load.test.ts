import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScenarioError } from "../../src/model/fault/errors.ts";
import { loadScenario } from "../../src/scenario/index.ts";
import { draws } from "../draws.ts";
import { problems } from "./support.ts";

const options = { env: {}, set: [] };

describe("all problems together", () => {
  it("names file, line, column, what was expected and the nearest key", () => {
    const text = `name: Big Read
title: 3
sed: 1
datasets:
  "A b": { count: 3, size: { uniform: { min: 3K }, q: 1 } }
  c: { count: 1, size: 3, Kind: files }
  d: 4
  e: { count: 1, size: { uniform: { min: 2KiB, max: 1KiB } } }
  f: { count: 1, size: 1KiB, shardSize: 1MiB }
  g: { count: 1, size: {} }
defaults: { runtime: 3s, blocksize: 4KiB }
phases:
  - name: q
    dataset: c
    queueDepth: 0
    epochs: zz
    mix: { read: 0, create: 3 }
    access: rndom
    workers: four
    matrix: { blockSize: [4, 4KiB], workers: [], partSize: 3 }
  -
  - {}
guide: [G5]
`;
    expect(problems(text)).toMatchSnapshot();
  });

  it("does not repeat a mistake that a matrix would multiply", () => {
    const text = `name: x
datasets: { data: { count: 1, size: 1MiB } }
phases:
  - name: p
    operation: stream
    duration: 1s
    matrix: { queueDepth: [1, 2, 4], workers: [1, 2] }
`;
    expect(problems(text)).toMatchSnapshot();
  });

  it("names missing keys", () => {
    expect(problems("phases: []\n")).toMatchSnapshot();
    expect(problems("name: x\ndatasets: {}\nphases:\n")).toMatchSnapshot();
  });
});

describe("YAML that cannot be read", () => {
  it("reports syntax errors, duplicate keys and further documents with their places", () => {
    expect(problems("phases:\n  - name: [a\nname: b\n")).toMatchSnapshot();
    expect(problems("name: x\nname: y\nphases: 3\n")).toMatchSnapshot();
    expect(problems("name: x\nphases: []\n---\nname: y\n")).toMatchSnapshot();
    expect(problems("name: !secret x\nphases: []\n")).toMatchSnapshot();
    expect(problems("datasets: &a\n  b: *a\n")).toMatchSnapshot();
  });

  it("rejects endless nesting", () => {
    const [deep = "", ...more] = problems(`a: ${"[".repeat(200_000)}${"]".repeat(200_000)}\n`);
    expect(deep).toMatch(
      /^a\.yaml:1:\d+: the YAML is nested too deeply or is too long for a scenario; simplify it$/,
    );
    expect(more).toEqual([]);
  });

  it.each([": ", "- ", "? ", "{a: ", "[[],"])(
    "ends with a sentence where %j never ends",
    (piece) => {
      for (const times of [40, 8000, draws(20_000, 100_000)]) {
        expect(problems(piece.repeat(times)).length).toBeGreaterThan(0);
      }
    },
  );

  it("explains a reference that broke a flow mapping", () => {
    const text = `datasets:\n  data: { count: \${FILE_COUNT:-4}, size: 1MiB }\n`;
    expect(problems(text)).toMatchSnapshot();
  });
});

describe("references to the environment", () => {
  const text = `name: x
env: [COUNT, SIZE, UNIT]
datasets:
  data: { count: "\${COUNT}", size: "\${SIZE:-1MiB}" }
phases:
  - name: p
    operation: read
    access: random
    duration: \${A B}s
    blockSize: "4\${UNIT"
`;

  it("reports those that cannot be filled, and only that", () => {
    expect(problems(text)).toMatchSnapshot();
  });

  it("checks what was filled in at the place of the reference", () => {
    const filled = text.replace(`\${A B}s`, "1s").replace(`4\${UNIT`, "4KiB");
    const env = { COUNT: "many", SIZE: "4096" };
    expect(problems(filled, { env })).toMatchSnapshot();
    expect(problems(filled, { env: { COUNT: "3" } })).toEqual([]);
  });
});

describe("files that are not scenarios", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "assay-load-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const fileProblem = async (name: string, content: string | Uint8Array | null) => {
    const path = join(folder, name);
    if (content !== null) await writeFile(path, content);
    const error: unknown = await loadScenario(path, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ScenarioError);
    return String(error).replace(folder, "");
  };

  it.each([
    ["empty.yaml", ""],
    ["comments.yaml", "# nothing here\n"],
    ["targets.yaml", "targets:\n  a: { kind: directory, path: . }\n"],
    ["list.yaml", "- 1\n- 2\n"],
    ["words.yaml", "hello\n"],
    ["binary.yaml", Uint8Array.of(0, 1, 2, 3)],
    ["latin.yaml", Uint8Array.of(0x6e, 0xe9, 0x0a)],
    ["random-raed.yaml", null],
  ])("%s gets one sentence", async (name, content) => {
    expect(await fileProblem(name, content)).toMatchSnapshot();
  });

  it("rejects a directory in one sentence", async () => {
    await expect(loadScenario(folder, options)).rejects.toThrow(
      /expected a YAML file, got a directory/,
    );
  });

  it("a misspelt shipped name is answered with the nearest ones", async () => {
    await expect(loadScenario("random-raed", options)).rejects.toThrow(
      "random-raed:1:1: no such file or shipped scenario; shipped scenarios with a similar name: " +
        "`random-read`, `random-write`",
    );
  });
});
