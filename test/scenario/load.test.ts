import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScenarioError } from "../../src/model/errors.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { problems } from "./support.ts";

const options = { env: {}, set: [] };

describe("every mistake at once", () => {
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
    expect(problems(text)).toMatchInlineSnapshot(`
      [
        "a.yaml:1:7: \`name\`: \`Big Read\` was found, expected a name of lower-case letters, digits and hyphens, such as \`random-read\`",
        "a.yaml:2:8: \`title\`: 3 was found, expected text",
        "a.yaml:3:1: unknown key \`sed\`, did you mean \`seed\`?",
        "a.yaml:5:3: \`A b\` was found, expected a name of lower-case letters, digits and hyphens, such as \`random-read\`",
        "a.yaml:5:30: \`max\` is missing, expected a size with a unit such as \`4096B\`, \`16KiB\` (1024) or \`16KB\` (1000)",
        "a.yaml:5:46: \`min\`: \`K\` is not a unit here, expected a size with a unit such as \`4096B\`, \`16KiB\` (1024) or \`16KB\` (1000) (did you mean \`3KiB\`?)",
        "a.yaml:5:52: unknown key \`q\`, expected \`uniform\` or \`lognormal\`",
        "a.yaml:6:24: \`size\`: the bare number 3 has no unit, expected a size such as \`3B\` or \`3KiB\`",
        "a.yaml:6:27: unknown key \`Kind\`, did you mean \`kind\`?",
        "a.yaml:7:6: \`d\`: expected a mapping with the keys \`kind\`, \`count\`, \`size\`, \`shardSize\`, \`filesPerDirectory\`, \`suffix\`",
        "a.yaml:8:42: \`min\` is more than \`max\`",
        "a.yaml:9:41: \`shardSize\` needs \`kind: shards\`, these are loose files",
        "a.yaml:10:24: expected either \`uniform\` or \`lognormal\`",
        "a.yaml:11:13: unknown key \`runtime\`, did you mean \`duration\`?",
        "a.yaml:11:26: unknown key \`blocksize\`, did you mean \`blockSize\`?",
        "a.yaml:15:17: \`queueDepth\`: 0 was found, expected a whole number from 1 to 4096",
        "a.yaml:16:13: \`epochs\`: \`zz\` was found, expected a whole number from 1 to 1000000",
        "a.yaml:17:18: \`read\`: 0 was found, expected a number above 0",
        "a.yaml:17:21: unknown key \`create\`, expected one of \`read\`, \`write\`, \`stat\`, \`fetch\`",
        "a.yaml:18:13: \`access\`: \`rndom\` was found, expected one of \`sequential\`, \`random\`, \`shuffled\`, \`samples\` (did you mean \`random\`?)",
        "a.yaml:19:14: \`workers\`: \`four\` was found, expected a whole number from 1 to 1024",
        "a.yaml:20:27: entry 1 of \`blockSize\`: the bare number 4 has no unit, expected a size such as \`4B\` or \`4KiB\`",
        "a.yaml:20:46: \`workers\`: expected at least one entry",
        "a.yaml:20:60: \`partSize\`: expected a list",
        "a.yaml:21:4: entry 2 of \`phases\` is empty, expected a mapping with the keys \`name\`, \`dataset\`, \`operation\`, \`access\`, \`blockSize\`, \`workers\`, \`queueDepth\`, \`warmup\`, \`duration\`, \`totalBytes\`, \`operations\`, \`epochs\`, \`cache\`, \`engine\`, \`partSize\`, \`partConcurrency\`, \`retries\`, \`mix\`, \`matrix\`",
        "a.yaml:22:5: \`name\` is missing, expected a name of lower-case letters, digits and hyphens, such as \`random-read\`",
        "a.yaml:22:5: \`dataset\` is missing, there are \`A b\`, \`c\`, \`d\`, \`e\`, \`f\`, \`g\`",
        "a.yaml:22:5: the phase has no \`operation\` and no \`mix\`, expected one",
        "a.yaml:23:9: entry 1 of \`guide\`: \`G5\` was found, expected an id like \`G05\`",
      ]
    `);
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
    expect(problems(text)).toMatchInlineSnapshot(`
      [
        "a.yaml:5:16: \`stream\` reads tar shards: dataset \`data\` holds loose files, expected one of \`kind: shards\`",
      ]
    `);
  });

  it("says which keys are missing", () => {
    expect(problems("phases: []\n")).toMatchInlineSnapshot(`
      [
        "a.yaml:1:1: \`name\` is missing, expected a name of lower-case letters, digits and hyphens, such as \`random-read\`",
        "a.yaml:1:1: \`datasets\` is missing, expected a mapping",
        "a.yaml:1:9: \`phases\`: expected at least one entry",
      ]
    `);
    expect(problems("name: x\ndatasets: {}\nphases:\n")).toMatchInlineSnapshot(`
      [
        "a.yaml:2:11: \`datasets\` is empty, expected at least one dataset",
        "a.yaml:3:8: \`phases\` is empty, expected a list",
      ]
    `);
  });
});

describe("YAML that cannot be read", () => {
  it("reports syntax errors, duplicate keys and further documents with their places", () => {
    expect(problems("phases:\n  - name: [a\nname: b\n")).toMatchInlineSnapshot(`
      [
        "a.yaml:3:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
      ]
    `);
    expect(problems("name: x\nname: y\nphases: 3\n")).toMatchInlineSnapshot(`
      [
        "a.yaml:1:1: \`datasets\` is missing, expected a mapping",
        "a.yaml:2:1: the key \`n\` is there twice in one mapping",
        "a.yaml:3:9: \`phases\`: expected a list",
      ]
    `);
    expect(problems("name: x\nphases: []\n---\nname: y\n")).toMatchInlineSnapshot(`
      [
        "a.yaml:3:1: a second YAML document begins here, expected only one",
      ]
    `);
    expect(problems("name: !secret x\nphases: []\n")).toMatchInlineSnapshot(`
      [
        "a.yaml:1:7: not valid YAML: Unresolved tag: !secret",
      ]
    `);
    expect(problems("datasets: &a\n  b: *a\n")).toMatchInlineSnapshot(`
      [
        "a.yaml:1:1: \`name\` is missing, expected a name of lower-case letters, digits and hyphens, such as \`random-read\`",
        "a.yaml:1:1: \`phases\` is missing, expected a list",
        "a.yaml:2:3: nested deeper or longer than any scenario needs",
        "a.yaml:2:3: \`count\` is missing, expected a whole number from 1 to 100000000",
        "a.yaml:2:3: \`size\` is missing, expected a size with a unit such as \`4096B\`, \`16KiB\` (1024) or \`16KB\` (1000)",
        "a.yaml:2:3: unknown key \`b\`, expected one of \`kind\`, \`count\`, \`size\`, \`shardSize\`, \`filesPerDirectory\`, \`suffix\`",
      ]
    `);
  });

  it("explains a reference that broke a flow mapping", () => {
    const text = `datasets:\n  data: { count: \${FILE_COUNT:-4}, size: 1MiB }\n`;
    expect(problems(text)).toMatchInlineSnapshot(`
      [
        "a.yaml:2:19: not valid YAML: Unexpected flow-map-start at node end; inside { } or [ ] put it in quotes: "\${NAME:-default}"",
      ]
    `);
  });
});

describe("references to the environment", () => {
  const text = `name: x
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
    expect(problems(text)).toMatchInlineSnapshot(`
      [
        "a.yaml:3:19: the environment variable COUNT is not set: set it or write \`\${COUNT:-default}\`",
        "a.yaml:8:15: \`\${A B}\` is not a reference, expected \`\${NAME}\` or \`\${NAME:-default}\`; a literal \`\${\` is written \`$\${\`",
        "a.yaml:9:18: \`\${\` is not a reference, expected \`\${NAME}\` or \`\${NAME:-default}\`; a literal \`\${\` is written \`$\${\`",
      ]
    `);
  });

  it("checks what was filled in at the place of the reference", () => {
    const filled = text.replace(`\${A B}s`, "1s").replace(`4\${UNIT`, "4KiB");
    const env = { COUNT: "many", SIZE: "4096" };
    expect(problems(filled, { env })).toMatchInlineSnapshot(`
      [
        "a.yaml:3:18: \`count\`: \`many\` was found, expected a whole number from 1 to 100000000",
        "a.yaml:3:36: \`size\`: the bare number 4096 has no unit, expected a size such as \`4096B\` or \`4KiB\`",
      ]
    `);
    expect(problems(filled, { env: { COUNT: "3" } })).toEqual([]);
  });
});

describe("files that are no scenario", () => {
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

  it("a folder gets one sentence", async () => {
    await expect(loadScenario(folder, options)).rejects.toThrow(
      /this is a folder, expected a YAML/,
    );
  });

  it("a misspelt shipped name is answered with the nearest ones", async () => {
    await expect(loadScenario("random-raed", options)).rejects.toThrow(
      "random-raed:1:1: there is no such file; shipped scenarios with a similar name: " +
        "`random-read`, `random-write`",
    );
  });
});
