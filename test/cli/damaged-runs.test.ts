// @module-tag system
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assay } from "./assay.ts";
import { freshBench, readsFor } from "./bench.ts";

const { bench, remove } = freshBench();
afterAll(remove);
let id = "";

beforeAll(async () => {
  const path = bench.scenario("reads", readsFor(["100ms"]));
  const { stdout } = await assay(["run", path, "-t", "null:", "-q", "--print", "path"], bench);
  id = stdout.trimEnd().split("/").at(-1) ?? "";
});

describe("runs that cannot be read", () => {
  it("are named on the page of the others, and end with exit code 2", async () => {
    const broken = join(bench.results, "20261120-damaged");
    mkdirSync(broken);
    writeFileSync(join(broken, "run.json"), '{"id":');
    for (const [args, name] of [
      [["report", id, broken], "20261120-damaged"],
      [["report", id, "no-such-run"], "no-such-run"],
    ] as const) {
      const page = await assay([...args, "--format", "html"], bench);
      expect(page.code).toBe(2);
      expect(page.stdout).toContain(`href="results/${id}/report.html"`);
      expect(page.stdout).toMatch(new RegExp(`Not on this page: .*${name}`));
      expect(page.stderr).toMatch(new RegExp(`^not on the page: .*${name}`));
    }
    const guide = await assay(["report", "--guide", id, broken, "--format", "html"], bench);
    expect(guide).toMatchObject({ code: 2, stdout: "" });
    rmSync(broken, { recursive: true });
  });
});
