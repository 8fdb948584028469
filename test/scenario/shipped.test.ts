import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { schemaFiles } from "../../scripts/write-schema.ts";
import { ENGINES } from "../../src/engine/index.ts";
import { NO_LIMITS } from "../../src/model/target/host-limits.ts";
import { loadScenario } from "../../src/scenario/index.ts";
import { unsupported } from "../../src/scenario/preflight/preflight.ts";
import { listScenarios, resolveScenario } from "../../src/scenario/shipped.ts";
import { parseTarget } from "../../src/scenario/targets/targets.ts";

const HOST = { engines: ENGINES, limits: NO_LIMITS, hosts: 2 };

const shipped = await listScenarios();
const directory = parseTarget("/tmp", {}, {});
const bucket = parseTarget("s3://bucket", {}, {});
const memory = parseTarget("null:", {}, {});
const options = { env: {}, set: [] };

const GUIDE = new URL("../../scenarios/claims/guide.yaml", import.meta.url);

const BOTH = [
  "access-patterns",
  "mixed-objects",
  "object-size-sweep",
  "provisioned-volume",
  "queue-depth-sweep",
  "random-read",
  "request-rate",
  "sequential-read",
  "small-files",
  "smoke",
  "steady-rate",
];

const GUIDE_BOTH = [
  "consistent-performance",
  "distributed-training",
  "efs-infrequent-access",
  "first-touch",
  "gp2-burst",
  "hdd-burst",
  "inference-lookups",
  "lake-scan",
  "lustre-epochs",
  "ml-shards",
  "model-loading",
  "prefix-scaling",
  "read-latency",
  "shared-preprocessing",
  "shared-read",
  "small-object-epoch",
  "spark-shuffle",
  "volume-limits",
];

const GUIDE_PATHS_ONLY = [
  "client-visibility",
  "checkpoint-write",
  "dataset-transformation",
  "file-system-limits",
  "metadata",
  "single-node-training",
  "volume-limits-writes",
];

const GUIDE_BUCKETS_ONLY = [
  "accelerated-transfer",
  "archive-restore",
  "archive-restore-hours",
  "encryption-at-rest",
  "ingest",
  "intelligent-tiering",
  "large-artifact-load",
  "list-keys",
  "model-artifacts",
  "storage-tiers",
  "versioned-artifacts",
];

const MULTIPART = ["multipart-download", "multipart-upload"];
const BUCKETS_ONLY = [...GUIDE_BUCKETS_ONLY, ...MULTIPART, "quick-bucket"];

describe("shipped scenarios", () => {
  it("are those the documentation names", () => {
    const names = (ofGuide: boolean) =>
      shipped.filter((one) => one.ofGuide === ofGuide).map(({ name }) => name);
    expect(names(false)).toEqual(
      [...BOTH, "durable-write", "mixed-70-30", ...MULTIPART]
        .concat("quick", "quick-bucket", "random-write", "sequential-write")
        .sort(),
    );
    const guide = [...GUIDE_BOTH, ...GUIDE_PATHS_ONLY, ...GUIDE_BUCKETS_ONLY].sort();
    expect(names(true)).toEqual(guide);
    expect(new Set(shipped.map(({ name }) => name)).size).toBe(shipped.length);
  });

  it.each(shipped)("$name loads by its name, which is its file's", async ({ name, path }) => {
    const plan = await loadScenario(name, options);
    expect(plan.name).toBe(name);
    expect(basename(path)).toBe(`${name}.yaml`);
    expect(Math.min(plan.title.length * 4, plan.description.length)).toBeGreaterThan(40);
    expect(plan.phases.length).toBeGreaterThan(0);
    expect(await resolveScenario(path)).toBe(path);
  });

  it.each(shipped)("$name runs where it makes sense", async ({ name }) => {
    const plan = await loadScenario(name, options);
    const only = BUCKETS_ONLY.includes(name);
    const can = { directory: !only, bucket: [...BOTH, ...GUIDE_BOTH].includes(name) || only };
    expect(unsupported(plan, directory, HOST).length === 0).toBe(can.directory);
    expect(unsupported(plan, bucket, HOST).length === 0).toBe(can.bucket);
    expect(unsupported(plan, memory, HOST).every(({ phase }) => phase === "visible")).toBe(true);
  });
});

describe("the sizes of shipped scenarios", () => {
  it.each(shipped)("$name can be made small by the environment", async ({ name }) => {
    const env = {
      FILE_COUNT: "1",
      FILE_SIZE: "4MiB",
      SAMPLES: "20",
      SAMPLE_SIZE: "2KiB",
      SHARD_SIZE: "64KiB",
      SMALL_COUNT: "5",
      LARGE_COUNT: "1",
      SIZE_256M: "1MiB",
      SIZE_1G: "1MiB",
      OBJECTS: "5",
      FILES: "5",
      SMALL_SIZE: "2KiB",
      KEYS: "50",
      VERSIONS: "2",
      OBJECT_COUNT: "1",
      OBJECT_SIZE: "8MiB",
      DURATION: "100ms",
      LONG_DURATION: "100ms",
      WARMUP: "0s",
    };
    const plan = await loadScenario(name, { env, set: [] });
    const bytes = plan.datasets.map((dataset) => {
      const { size } = dataset;
      return dataset.count * (size.kind === "fixed" ? size.bytes : size.maxBytes);
    });
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(64 * 1024 ** 2);
    for (const { limit } of plan.phases) {
      if (limit.kind === "duration") expect(limit.durationNs).toBe(1e8);
      else expect(limit).toEqual({ kind: "epochs", epochs: 1 });
    }
  });

  it("smoke asks for less than 20 s", async () => {
    const { phases } = await loadScenario("smoke", options);
    const ns = phases.map(({ limit, warmupNs }) =>
      limit.kind === "duration" ? limit.durationNs + warmupNs : 5e8,
    );
    expect(ns.reduce((sum, one) => sum + one, 0)).toBeLessThan(10e9);
  });

  it("ml-shards packs the same samples it lays out loose", async () => {
    const { datasets } = await loadScenario("ml-shards", options);
    const [loose, shards] = datasets;
    expect(loose).toMatchObject({ kind: "files", count: shards?.count, seed: shards?.seed });
    expect(loose?.size).toEqual(shards?.size);
  });

  it.each(shipped)("$name says at its top how editors can check it", async ({ path, ofGuide }) => {
    const text = await readFile(path, "utf8");
    const [first] = text.split("\n");
    const folder = ofGuide ? ".." : ".";
    expect(first).toBe(`# yaml-language-server: $schema=${folder}/scenario.schema.json`);
    expect(text.split("\n").filter((line) => line.trim().startsWith("#")).length).toBeGreaterThan(
      4,
    );
  });
});

describe("the guide's statements", () => {
  it("each have a workload in the folder of the guide", async () => {
    const { statements } = parse(await readFile(GUIDE, "utf8"));
    const spoken = new Set<string>();
    for (const { name, ofGuide } of shipped) {
      const { guide } = await loadScenario(name, options);
      if (!ofGuide) continue;
      expect(guide.length, name).toBeGreaterThan(0);
      for (const id of guide) spoken.add(id);
    }
    expect([...spoken].sort()).toEqual(statements.map(({ id }: { id: string }) => id));
  });

  it("are spoken to as the page of the folder says", async () => {
    const page = await readFile(new URL("../../docs/guide.md", GUIDE), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    for (const { name, ofGuide } of shipped) {
      if (!ofGuide) continue;
      const { guide } = await loadScenario(name, options);
      const row = rows.find((line) => line.split("|")[1]?.includes(`\`${name}\``)) ?? "";
      expect({ name, guide: row.match(/G\d\d/g) }).toEqual({ name, guide });
    }
  });

  it("name in each scenario what the guide's table says of it", async () => {
    const { statements } = parse(await readFile(GUIDE, "utf8"));
    for (const { id, workloads = [] } of statements) {
      for (const { scenario } of workloads) {
        const { guide } = await loadScenario(scenario, options);
        expect({ scenario, guide }).toEqual({ scenario, guide: expect.arrayContaining([id]) });
      }
    }
  });
});

describe("JSON Schemas", () => {
  const files = [...schemaFiles()].map(([path, text]) => ({ name: basename(path), path, text }));

  it.each(files)("$name is in step: node scripts/write-schema.ts", async ({ path, text }) => {
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it("accept every shipped file, and see a wrong key, unit and word", async () => {
    const find = (name: string) => files.find((file) => file.name === name)?.text ?? "{}";
    const scenario = z.fromJSONSchema(JSON.parse(find("scenario.schema.json")));
    for (const { path } of shipped) {
      expect(scenario.safeParse(parse(await readFile(path, "utf8"))).error).toBeUndefined();
    }
    const example = shipped[0]?.path.replace(/[^/]*$/, "targets.example.yaml") ?? "";
    const targets = z.fromJSONSchema(JSON.parse(find("targets.schema.json")));
    expect(targets.safeParse(parse(await readFile(example, "utf8"))).error).toBeUndefined();
    const phase = { name: "p", blockSize: 4096, cache: "drect", foo: 1 };
    const wrong = { name: "x", datasets: { data: { count: 1, size: "1KiB" } }, phases: [phase] };
    expect(scenario.safeParse(wrong).error?.issues).toHaveLength(3);
  });

  it("describe every field for editors", () => {
    const bare: string[] = [];
    const visit = (node: unknown, path: string) => {
      if (typeof node !== "object" || node === null) return;
      for (const [key, child] of Object.entries(node)) {
        visit(child, `${path}/${key}`);
        if (!path.endsWith("/properties") || Object.hasOwn(Object(child), "description")) continue;
        const isAxis = path.includes("/matrix/");
        if (!isAxis) bare.push(`${path}/${key}`);
      }
    };
    for (const { text } of files) visit(JSON.parse(text), "");
    expect(bare.filter((path) => !/\/(phases|defaults)$/.test(path))).toEqual([]);
  });
});
