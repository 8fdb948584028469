import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assay, runIds } from "../assay.ts";
import { type Bench, makeBench, readsFor } from "../bench.ts";

const QUIET = ["-q", "--print", "nothing"];

function short(bench: Bench): string {
  return bench.scenario("reads", readsFor(["60ms"]));
}

/** Calls the command line with a step summary; returns what it wrote there, and how it ended. */
async function summarized(args: readonly string[], bench: Bench, name = "summary.md") {
  const path = join(bench.cwd, name);
  const env = { GITHUB_STEP_SUMMARY: path };
  const ended = await assay(args, { cwd: bench.cwd, env });
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return { ...ended, text, lines: text.split("\n") };
}

describe("the step summary of GitHub", () => {
  it("of a command is one: the verdict of all of its runs, then one fold per run", async () => {
    const bench = makeBench();
    const held = ["--set", "thresholds=[rate < 1/s, errors == 0]"];
    const args = ["run", short(bench), "-t", "null:", "-t", bench.target, ...held, ...QUIET];
    const { code, lines } = await summarized(args, bench);
    expect(code).toBe(99);
    expect(lines[0]).toBe("# ❌ 2 of 4 thresholds failed");
    const folds = lines.filter((line) => /^<summary>.*: reads on /.test(line));
    expect(folds).toEqual([
      "<summary>❌ 1 of 2 thresholds failed: reads on null</summary>",
      expect.stringMatching(/^<summary>❌ 1 of 2 thresholds failed: reads on \S+<\/s/),
    ]);
    expect(lines.filter((line) => line.startsWith("# "))).toHaveLength(1);
  });

  it("names a run that could not start", async () => {
    const bench = makeBench();
    const args = ["run", short(bench), "-t", join(bench.cwd, "gone"), ...QUIET];
    const { code, lines } = await summarized(args, bench);
    expect(code).toBe(3);
    expect(lines[0]).toBe("# ❌ 1 of 1 run failed");
    expect(lines[2]).toMatch(/^- reads on .*gone/);
  });

  it("of stored runs has the verdict of `verify`, `report --guide` and `compare`", async () => {
    const bench = makeBench();
    for (let at = 0; at < 2; at++)
      await assay(["run", short(bench), "-t", "null:", ...QUIET], bench);
    const ids = runIds(bench.results);
    const verified = await summarized(["verify", ...ids], bench, "verify.md");
    expect(verified.lines[0]).toMatch(/^# (⚠|❌|✅) .*claims? /);
    const guide = await summarized(["report", "--guide", ...ids], bench, "guide.md");
    expect(guide.lines[0]).toMatch(/^# (⚠|❌) \d+ of 38 statements /);
    expect(guide.lines).toContain("<summary>Statements of the storage guide</summary>");
    const compared = await summarized(["compare", ...ids], bench, "compare.md");
    expect(compared.lines[0]).toMatch(/^# (⚠|❌|✅) .* values compared with /);
    expect(compared.text).toContain("<details>");
  });

  it("of alternating runs is that of their comparison only", async () => {
    const bench = makeBench();
    const targets = ["-t", "null:", "-t", "synthetic:latency=1us"];
    const args = ["compare", "--interleave", short(bench), ...targets, "--rounds", "1", "-q"];
    const { code, lines } = await summarized(args, bench);
    expect(code).toBe(0);
    expect(lines.filter((line) => line.startsWith("# "))).toHaveLength(1);
    expect(lines[0]).toMatch(/ compared with null$/);
  });

  it("has no reports if they exceed the limit, and none if it cannot be written", async () => {
    const bench = makeBench();
    const args = ["run", short(bench), "-t", "null:", ...QUIET];
    writeFileSync(join(bench.cwd, "full.md"), "x".repeat(2 ** 20 - 1000));
    const { text } = await summarized(args, bench, "full.md");
    const added = text.slice(2 ** 20 - 1000);
    expect(added).toBe(
      "# ✅ 1 run complete\n\n" +
        "The reports are not shown: GitHub limits the summary of a step to 1 MiB.\n\n",
    );
    const { code, stderr } = await summarized(args, bench, "no/way.md");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^cannot write the step summary to /);
  });
});
