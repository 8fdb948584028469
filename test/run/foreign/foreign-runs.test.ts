import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Run } from "../../../src/model/run/run.ts";
import { faultText, parseJson } from "../../../src/model/run/stored-json.ts";
import { runSchema } from "../../../src/run/schema/run.ts";
import { readRun, type StoredRun } from "../../../src/run/store/read.ts";
import { scratch } from "../../storage/support.ts";
import { fullRun } from "./full-run.ts";
import { fieldsOf, type Mutation, mutationsOf } from "./mutations.ts";
import { type Around, loadAround, READING } from "./reading-commands.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../../results/examples");
const OLDER = resolve(import.meta.dirname, "../../report/older-runs");

/** All of it takes half an hour; the ordinary tests take each field with a few of the values. */
const isLong = process.env.ASSAY_FUZZ === "long";
const EACH = isLong ? Number.POSITIVE_INFINITY : 1;

/** Longest that one command may take with a changed run of some ten phases. */
const MAX_MS = 10_000;

/** The sentence: the file, the field, what was expected there and what was found. */
const SENTENCE =
  /run\.json(: \S+: expected .+, got .+; the file was changed| nests|: expected (a run|format))/;

function exampleOf(folder: string, part: string): { readonly folder: string; readonly run: Run } {
  const name = readdirSync(folder).find((one) => one.includes(part)) ?? "";
  const path = join(folder, name);
  return { folder: path, run: JSON.parse(readFileSync(join(path, "run.json"), "utf8")) };
}

/** Bases that together have every field, and real time series. */
const BASES: readonly (readonly [string, () => { folder: string | null; run: unknown }])[] = [
  ["every field there is", () => ({ folder: null, run: fullRun() })],
  ["a mix on a directory", () => exampleOf(EXAMPLES, "mixed-70-30-local")],
  ["a run on a bucket", () => exampleOf(EXAMPLES, "random-read-minio")],
  ["a run of an older version", () => exampleOf(OLDER, "random-read-local")],
];

let around: Around;
beforeAll(async () => {
  around = await loadAround();
});

/** A fixed choice of some of the changes, so that a failure comes again. */
function chosen(all: readonly Mutation[], seed: number): readonly Mutation[] {
  if (all.length <= EACH) return all;
  return Array.from({ length: EACH }, (_, at) => all[(seed * 3 + at * 11) % all.length]).flatMap(
    (one) => one ?? [],
  );
}

/** Stores a text as run.json below a folder of the time series of `from`, if any. */
function store(folder: string, from: string | null, text: string): void {
  mkdirSync(folder, { recursive: true });
  if (from !== null) cpSync(from, folder, { recursive: true });
  writeFileSync(join(folder, "run.json"), text);
}

/** All commands, or in the ordinary tests one after the other. */
function commandsFor(turn: number): readonly (typeof COMMANDS)[number][] {
  return isLong ? COMMANDS : COMMANDS.filter((_, at) => at === turn % COMMANDS.length);
}

const COMMANDS = Object.entries(READING);

async function outcomeOf(work: () => unknown): Promise<string | null> {
  const start = performance.now();
  try {
    await work();
  } catch (error) {
    // What `cli.ts` does not know is an internal error: exit code 70.
    const code = error instanceof Error && "exitCode" in error ? error.exitCode : 70;
    if (code === 70) return error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (code !== 1 && code !== 2) return `exit code ${code}`;
  }
  const took = performance.now() - start;
  return took > MAX_MS ? `took ${Math.round(took)} ms` : null;
}

describe.each(BASES)("one changed field of %s", (_, make) => {
  test("names file and field, or every command works with it", {
    timeout: 3_600_000,
  }, async () => {
    const { folder: from, run } = make();
    const folder = join(scratch(), "20261120-100000-run");
    store(folder, from, JSON.stringify(run));
    const original: StoredRun = await readRun(folder, folder);
    const wrong: string[] = [];
    const counts = { refused: 0, read: 0 };
    for (const [at, path] of fieldsOf(run).entries()) {
      for (const { field, what, text } of chosen([...mutationsOf(run, path)], at)) {
        writeFileSync(join(folder, "run.json"), text());
        let stored: StoredRun;
        try {
          stored = await readRun(folder, folder);
        } catch (error) {
          counts.refused++;
          const { message, exitCode } = error as Error & { exitCode?: number };
          if (exitCode !== 2 || !SENTENCE.test(message)) wrong.push(`${field} ${what}: ${message}`);
          continue;
        }
        counts.read++;
        for (const [command, work] of commandsFor(counts.read)) {
          const failure = await outcomeOf(() => work(stored, original, around));
          if (failure !== null) wrong.push(`${command}: ${field} ${what}: ${failure}`);
        }
      }
    }
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(counts.refused).toBeGreaterThan(isLong ? 50 : 10);
    expect(counts.read).toBeGreaterThan(isLong ? 50 : 10);
    if (isLong) process.stdout.write(`${counts.refused} refused, ${counts.read} read\n`);
  });
});

describe("the schema of run.json", () => {
  test("keeps every field of the model", () => {
    const run = fullRun();
    expect(runSchema.parse(JSON.parse(JSON.stringify(run)))).toEqual(run);
  });

  test("drops fields of later versions, and keeps those by which plans and targets differ", () => {
    const run = fullRun();
    const later = {
      ...run,
      later: 1,
      plan: { ...run.plan, later: 1 },
      target: { ...run.target, later: 1 },
    };
    const read = runSchema.parse(JSON.parse(JSON.stringify(later)));
    expect(read).not.toHaveProperty("later");
    expect(read.plan).toHaveProperty("later", 1);
    expect(read.target).toHaveProperty("later", 1);
  });

  test("fills what older versions did not know with what they did", async () => {
    const { folder } = exampleOf(OLDER, "random-read-minio");
    const { run } = await readRun(folder, OLDER);
    expect(run.plan.phases[0]).toMatchObject({
      rate: null,
      polling: "none",
      warmupAuto: false,
      restore: null,
      keysPerRequest: 1000,
      objects: { storageClass: null, connections: "reused" },
    });
  });

  test("a share that was not a number is one again, and no 0", () => {
    const run = fullRun();
    const text = JSON.stringify(run).replace('"rangeShare":0.1,"slopeShare":0.02', () => {
      return '"rangeShare":null,"slopeShare":null';
    });
    const read = runSchema.parse(JSON.parse(text));
    expect(read.phases[0]?.stability?.steady?.rangeShare).toBeNaN();
  });
});

describe("the message on a wrong field", () => {
  test.each([
    ["phases[0].summaries[1].latency.p99Ns", '"p99Ns":3200000', '"p99Ns":"3 ms"', "a number"],
    ["phases[0].summaries[0].latency.p50Ns", '"p50Ns":800000', '"p50Ns":1', "not below"],
    [
      "phases[0].summaries[0].operation",
      '"operation":"all","operations"',
      '"operation":"read","operations"',
      '"all"',
    ],
    ["searches[0].points[1].measured", '"measured":[6000000]', '"measured":[1,2]', "as many"],
    ["id", '"id":"20261120-100000-full', '"id":"../20261120-100000-full', "the id of a run"],
    ["startedAt", '"startedAt":"2026-11-2', '"startedAt":"2026-99-9', "a time"],
    [
      "plan.phases[0].mix[0].operation",
      '"operation":"read","weight"',
      '"operation":"rd","weight"',
      '"read"',
    ],
  ])("names %s", (field, from, to, expected) => {
    const text = JSON.stringify(fullRun());
    const at = field.includes("summaries[1]") ? text.lastIndexOf(from) : text.indexOf(from);
    const changed = text.slice(0, at) + to + text.slice(at + from.length);
    const parsed = parseJson(changed);
    const value = "value" in parsed ? parsed.value : expect.fail();
    const { error = expect.fail() } = runSchema.safeParse(value);
    const said = faultText(error, value);
    if (!field.includes("latency")) expect(said).toContain(`${field}: expected `);
    expect(said).toContain(expected);
    expect(said).toMatch(/: expected .+, got .+/);
  });
});
