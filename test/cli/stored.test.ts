import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../../src/model/run/run.ts";
import { assay, runFolders, runIds, storedRun } from "./assay.ts";
import { type Bench, freshBench, makeBench, readsFor } from "./bench.ts";
import { withoutPictures } from "./pictures.ts";

const shared = freshBench();
afterAll(shared.remove);
const bench: Bench = shared.bench;
let memory = "";
let directory = "";
let other = "";

/** Three real runs: one plan on two targets, another plan on the first. */
beforeAll(async () => {
  const path = bench.scenario("reads", readsFor(["100ms", "100ms"]));
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await assay([...args, "-q", "--print", "path"], bench);
    expect(code, stderr).toBe(0);
    return stdout.trimEnd().split("/").at(-1) ?? "";
  };
  memory = await run("run", path, "-t", "null:");
  directory = await run(
    "run",
    path,
    "-t",
    bench.target,
    "--kind",
    "ebs-gp3",
    "--name",
    "gp3",
    "--emulated",
  );
  other = await run("run", path, "-t", "null:", "--set", "blockSize=8KiB");
});

describe("assay report", () => {
  it("renders what is stored, by id, by folder and by run.json", async () => {
    const stored = withoutPictures(
      readFileSync(join(bench.results, directory, "report.md"), "utf8"),
    );
    const folder = join(bench.results, directory);
    for (const name of [directory, folder, join(folder, "run.json")]) {
      const { code, stdout, stderr } = await assay(["report", name], bench);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: stored, stderr: "" });
    }
  });

  it("as CSV is the summary, as JSON it parses, and every number is the stored one", async () => {
    const csv = await assay(["report", directory, "--format", "csv"], bench);
    expect(csv.stdout).toBe(readFileSync(join(bench.results, directory, "summary.csv"), "utf8"));
    const json = await assay(["report", directory, "--format", "json"], bench);
    expect(() => JSON.parse(json.stdout)).not.toThrow();
    const run = JSON.parse(readFileSync(join(bench.results, directory, "run.json"), "utf8"));
    for (const { summaries } of run.phases) {
      expect(csv.stdout).toContain(String(summaries[0].latency.p99Ns));
      expect(csv.stdout).toContain(String(summaries[0].operations));
    }
  });

  it("mirrors the guide with --guide", async () => {
    const { code, stdout } = await assay(["report", "--guide", memory, directory], bench);
    expect(code).toBe(0);
    expect(stdout).toMatch(/G01/);
    expect(stdout).toContain("38 statements about performance: **0 supported, 0 refuted, 38 inc");
  });

  it("takes other prices with the guide only, and says where they are wrong", async () => {
    const path = join(bench.cwd, "prices.yaml");
    writeFileSync(path, "region: here\ncurrency: USD\nsources: {}\n");
    const wrong = await assay(["report", "--guide", directory, "--prices", path], bench);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toMatch(/prices\.yaml:\d+:\d+: `volumes` is missing; expected/);
    const alone = await assay(["report", directory, "--prices", path], bench);
    expect(alone).toMatchObject({ code: 2, stdout: "" });
    expect(alone.stderr).toContain("add --guide");
  });

  it("refuses several runs, and what is no run", async () => {
    const several = await assay(["report", memory, directory], bench);
    expect(several).toMatchObject({ code: 2, stdout: "" });
    expect(several.stderr).toMatch(
      /^`assay report` expects one run, got 2; compare several with `assay compare`/,
    );
    const nothing = await assay(["report", bench.target], bench);
    expect(nothing.stderr).toMatch(/expected a stored run, got a directory without run\.json/);
    for (const [text, sentence] of [
      ["{", /is not valid JSON: the file is damaged/],
      ['{"name":"x"}', /expected a run stored by assay, got another JSON file/],
      [
        '{"format":"assay-run","version":9}',
        /expected format version 1, got 9; use the version of assay/,
      ],
      ['{"format":"assay-run","version":1}', /run\.json: id: expected a text, got nothing/],
    ] as const) {
      const path = join(bench.cwd, "run.json");
      writeFileSync(path, text);
      const broken = await assay(["report", path], bench);
      expect(broken).toMatchObject({ code: 2, stdout: "" });
      expect(broken.stderr).toMatch(sentence);
    }
  });
});

describe("assay report --print summary", () => {
  it("prints the short answer with the path of the whole report", async () => {
    const { code, stdout } = await assay(["report", directory, "--print", "summary"], bench);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(lines[0]).toMatch(/^reads on gp3 \(.*\), 1 repetition, complete in /);
    expect(lines).toContain(`Report   results/${directory}/report.html`);
  });
});

describe("assay compare", () => {
  it("sets runs of one plan side by side", async () => {
    const { code, stdout, stderr } = await assay(["compare", memory, directory], bench);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const word of ["gp3", "null", "read-1", "read-2"]) expect(stdout).toContain(word);
    const csv = await assay(["compare", memory, directory, "--format", "csv"], bench);
    expect(csv.stdout.trimEnd().split(/\r?\n/).length).toBeGreaterThan(2);
  });

  it("passes over what is beside the runs in their folder, and a byte order mark", async () => {
    const copies = join(bench.cwd, "copies");
    cpSync(bench.results, copies, { recursive: true });
    writeFileSync(join(copies, "README.md"), "about these runs");
    const path = join(copies, memory, "run.json");
    writeFileSync(path, `\ufeff${readFileSync(path, "utf8")}`);
    const named = [memory, directory, "README.md"].map((name) => join(copies, name));
    const beside = await assay(["compare", ...named], bench);
    expect(beside).toMatchObject({ code: 0, stderr: "" });
    const alone = await assay(["report", join(copies, "README.md")], bench);
    expect(alone.code).toBe(2);
  });

  it("refuses runs of different plans, until it is forced", async () => {
    const refused = await assay(["compare", memory, other], bench);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/blockBytes|block size|blockSize/i);
    expect(refused.stderr).toMatch(/--force/);
    const forced = await assay(["compare", memory, other, "--force"], bench);
    expect(forced.code).toBe(0);
    expect(forced.stdout).toMatch(/different plans/i);
  });
});

describe("assay list", () => {
  it("names the shipped scenarios and the stored runs", async () => {
    mkdirSync(join(bench.results, "no-run"), { recursive: true });
    const { code, stdout, stderr } = await assay(["list"], bench);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of ["random-read", "ml-shards", "smoke"]) expect(stdout).toContain(name);
    const numbers = "[\\d,.]+ +[\\d,.]+ +[\\d.]+ [nµm]?s";
    for (const id of [memory, directory]) {
      expect(stdout).toMatch(new RegExp(`^  ${id} .* ${numbers}$`, "m"));
    }
    expect(stdout).not.toContain("no-run");
  });

  it("prints the same as JSON, the newest run first", async () => {
    const { code, stdout } = await assay(["list", "--print", "json"], bench);
    expect(code).toBe(0);
    const { scenarios, runs, unreadable, targets } = JSON.parse(stdout);
    expect(scenarios).toContainEqual(expect.objectContaining({ name: "smoke", ofGuide: false }));
    const started: readonly string[] = runs.map(({ startedAt }: Run) => startedAt);
    expect(started).toEqual([...started].sort().reverse());
    const stored = JSON.parse(
      readFileSync(join(bench.results, directory, "run.json"), "utf8"),
    ) as Run;
    const [all] = stored.phases[0]?.summaries ?? [];
    expect(runs.find(({ id }: Run) => id === directory)).toMatchObject({
      ...{ kind: "ebs-gp3", state: "complete" },
      main: { operationsPerSecond: all?.operationsPerSecond, errors: 0 },
    });
    expect({ unreadable, targets }).toEqual({ unreadable: [], targets: [] });
  });

  it("says so where there are none", async () => {
    const { stdout } = await assay(["list", "--results", "nowhere"], bench);
    expect(stdout).toMatch(/Runs in nowhere: none/);
    const file = await assay(["list", "--results", bench.scenario("file", "")], bench);
    expect(file).toMatchObject({ code: 2, stdout: "" });
    expect(file.stderr).toMatch(/expected a results directory, got a file/);
  });
});

describe("assay check", () => {
  it("prints how each phase would run, and changes nothing", async () => {
    const args = ["check", "smoke", "-t", bench.target, "--print", "report"];
    const { code, stdout } = await assay(args, bench);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Scenario smoke: valid, 8 phases/);
    expect(stdout).toMatch(/\| random-read +\| sync +\| +2 \| +1 \|/);
    expect(runFolders(bench.target)).toEqual([]);
  });

  it("reports everything that cannot run", async () => {
    const wrong = bench.scenario("wrong", "nmae: wrong\n");
    const both = await assay(["check", wrong, "multipart-upload", "-t", bench.target], bench);
    expect(both.code).toBe(2);
    expect(both.stderr).toMatch(/wrong\.yaml:1:1: /);
    expect(both.stdout).toMatch(/^multipart-upload +target +9 .* cannot run$/m);
    expect(both.stdout).toMatch(/^Check of 1 valid scenario on 1 target: .*, 1 error$/m);
    const upload = await assay(["check", "multipart-upload", "-t", bench.target], bench);
    expect(upload.code).toBe(3);
    const gone = await assay(["check", "smoke", "-t", join(bench.cwd, "gone")], bench);
    expect(gone.code).toBe(3);
    expect(gone.stderr).toMatch(/^gone: the target directory .* does not exist/);
  });
});

describe("kept data", () => {
  it("is reused by the next run, listed, and removed only when that is asked for", async () => {
    const place = makeBench();
    const path = place.scenario("reads", readsFor(["100ms"]));
    const run = ["run", path, "-t", place.target, "-q", "--print", "nothing"];
    expect((await assay([...run, "--keep-data"], place)).code).toBe(0);
    const [kept] = runFolders(place.target);
    expect(storedRun(place.results)).not.toHaveProperty("reusedData");
    expect((await assay([...run, "--reuse-data"], place)).code).toBe(0);
    const reused = runIds(place.results).map(
      (id) => JSON.parse(readFileSync(join(place.results, id, "run.json"), "utf8")).reusedData,
    );
    expect(reused).toContain(true);
    expect(reused).toContain(undefined);
    expect(runFolders(place.target)).toEqual([kept]);
    const listed = await assay(["list", "-t", place.target], place);
    expect(listed.stdout).toMatch(/ kept$/m);
    const left = await assay(["clean", "-t", place.target], place);
    expect(left.code).toBe(0);
    expect(left.stderr).toMatch(/kept by --keep-data, not removed/);
    expect(runFolders(place.target)).toEqual([kept]);
    const clean = await assay(["clean", kept?.replace("assay-", "") ?? ""], place);
    expect(clean).toMatchObject({ code: 0, stdout: "" });
    expect(runFolders(place.target)).toEqual([]);
  });
});

describe("assay report --guide --print summary", () => {
  it("answers on one screen", async () => {
    const args = ["report", "--guide", memory, directory, "--print", "summary"];
    const { stdout } = await assay(args, bench);
    expect(stdout).toContain("38 statements of the guide: 0 supported, 0 refuted, 38 inc");
    expect(stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(25);
  });
});
