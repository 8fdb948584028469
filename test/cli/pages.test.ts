// @module-tag system
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/cli.ts";
import { streamConsole } from "../../src/cli/console.ts";
import { uninterrupted } from "../../src/cli/ending/ending.ts";
import { PAGE_START } from "../../src/report/html/html.ts";
import { assay, assayProcess } from "./assay.ts";
import { freshBench, readsFor } from "./bench.ts";

const { bench, remove } = freshBench();
afterAll(remove);
const ids: string[] = [];

beforeAll(async () => {
  const path = bench.scenario("reads", readsFor(["100ms"]));
  for (const _ of [1, 2]) {
    const { code, stdout, stderr } = await assay(
      ["run", path, "-t", "null:", "-q", "--print", "path"],
      bench,
    );
    expect(code, stderr).toBe(0);
    ids.push(stdout.trimEnd().split("/").at(-1) ?? "");
  }
});

const pageOf = (id: string): string => join(bench.results, id, "report.html");

describe("report.html of a run", () => {
  it("is stored, printed by --format html, and named by the screen", async () => {
    const [id = ""] = ids;
    const stored = readFileSync(pageOf(id), "utf8");
    expect(stored.startsWith(PAGE_START)).toBe(true);
    expect(stored.length).toBeLessThan(300_000);
    const printed = await assay(["report", id, "--format", "html"], bench);
    expect(printed).toMatchObject({ code: 0, stderr: "", stdout: stored });
    const screen = await assay(["report", id, "--print", "summary"], bench);
    expect(screen.stdout).toContain(`Report   results/${id}/report.html\n`);
  });

  it("is left out with --no-html, and the screen names report.md", async () => {
    const path = join(bench.cwd, "reads.yaml");
    const { code, stdout } = await assay(["run", path, "-t", "null:", "-q", "--no-html"], bench);
    expect(code).toBe(0);
    const [, folder = ""] = /Report +(results\/\S+)\/report\.md/.exec(stdout) ?? [];
    expect(existsSync(join(bench.cwd, folder, "report.md"))).toBe(true);
    expect(existsSync(join(bench.cwd, folder, "report.html"))).toBe(false);
    expect(readdirSync(join(bench.cwd, folder)).filter((one) => one.endsWith(".svg"))).toEqual([]);
    rmSync(join(bench.cwd, folder), { recursive: true });
  });

  it("has its charts in report.md as files next to it, but not in a report on stdout", async () => {
    const path = bench.scenario("pictures", readsFor(["300ms"]));
    const args = ["run", path, "-t", "null:", "-q", "--print", "report", "--results", "pictures"];
    const { code, stdout } = await assay(args, bench);
    expect(code).toBe(0);
    expect(stdout).not.toContain("![");
    const [folder = ""] = readdirSync(join(bench.cwd, "pictures"));
    const files = readdirSync(join(bench.cwd, "pictures", folder));
    const report = readFileSync(join(bench.cwd, "pictures", folder, "report.md"), "utf8");
    const named = [...report.matchAll(/!\[[^\]]+\]\(([a-z0-9-]+\.svg)\)/g)].map(([, one]) => one);
    expect(named.length).toBeGreaterThan(0);
    expect(files.filter((one) => one.endsWith(".svg")).sort()).toEqual(named.sort());
  });

  it("goes to stdout with run --format html; several runs get a page with links", async () => {
    const path = join(bench.cwd, "reads.yaml");
    const other = bench.scenario("others", readsFor(["100ms"]).replace("reads", "others"));
    const around = ["-t", "null:", "-q", "--format", "html", "--results", "apart"];
    const one = await assay(["run", path, ...around], bench);
    expect(one.stdout).toContain("<h1>reads, on null</h1>");
    const two = await assay(["run", path, other, ...around], bench);
    expect(two.stdout.match(/<a href="apart\/\d{8}-[^"]*\/report\.html"/g)).toHaveLength(2);
    expect(two.stdout.split("<!doctype html>")).toHaveLength(2);
  });

  it("never fails a run: why it is missing goes to stderr", async () => {
    const long = bench.scenario("long", readsFor(["100ms"]));
    writeFileSync(join(bench.cwd, "no-html.mjs"), BREAKS_HTML);
    const node = ["--import", join(bench.cwd, "no-html.mjs")];
    const ended = await assayProcess(["run", long, "-t", "null:", "-q"], { ...bench, node });
    expect(ended.stderr).toBe("report.html is not stored: no hash here\n");
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/report\.md\n/);
  });
});

/** Breaks the series that only the page reads, in a process of its own. */
const BREAKS_HTML = `import { registerHooks } from "node:module";
registerHooks({
  load(url, context, next) {
    if (!url.endsWith("/read-series.ts")) return next(url, context);
    const source = "export function readSeries() { throw new Error('no hash here'); }";
    return { format: "module", shortCircuit: true, source };
  },
});
`;

describe("a page about several runs", () => {
  it("links each report relative to the file that stdout is", () => {
    const [, ...command] = [0, "report", ...ids, "--format", "html"].map(String);
    const bin = join(import.meta.dirname, "../../bin/assay.mjs");
    const line = `exec "$0" "$@" > results/index.html`;
    const made = spawnSync("sh", ["-c", line, process.execPath, bin, ...command], {
      cwd: bench.cwd,
    });
    expect(made.status, String(made.stderr)).toBe(0);
    const page = readFileSync(join(bench.results, "index.html"), "utf8");
    for (const id of ids) expect(page).toContain(`<a href="${id}/report.html" `);
    rmSync(join(bench.results, "index.html"));
  });

  it("has a row per run, and a link to the report of a run without a page", async () => {
    const [first = "", second = ""] = ids;
    const kept = readFileSync(pageOf(first));
    rmSync(pageOf(first));
    const { stdout } = await assay(["report", ...ids, "--format", "html"], bench);
    writeFileSync(pageOf(first), kept);
    expect(stdout.match(/(?<=<a href=")[^"]*(?=")/g)?.sort()).toEqual(
      [`results/${first}/report.md`, `results/${second}/report.html`].sort(),
    );
    expect(stdout).toContain("A date leads to the report of the run.");
    expect(stdout).toContain("2 runs of 1 scenario on 1 target");
    expect(stdout.match(/<td>complete<\/td>/g)).toHaveLength(2);
  });
});

describe("a terminal", () => {
  it("gets the path of the page, not the page", async () => {
    const [id = ""] = ids;
    for (const [args, path] of [
      [["report", id], `results/${id}/report.html`],
      [["report", ...ids], join(bench.results, "index.html")],
      [["compare", ...ids], join(bench.results, "comparison.html")],
      [["verify", ...ids], join(bench.results, "verify.html")],
      [["report", "--guide", ...ids], join(bench.results, "guide.html")],
    ] as const) {
      const { stdout } = await onTerminal([...args, "--format", "html"]);
      expect(stdout).toBe(`${path}\n`);
      const written = readFileSync(join(bench.cwd, path.replace(bench.cwd, "")), "utf8");
      expect(written.startsWith(PAGE_START)).toBe(true);
    }
  });

  it("does not wait for a pipe in the place of a page", async () => {
    const path = join(bench.results, "comparison.html");
    rmSync(path, { force: true });
    spawnSync("mkfifo", [path]);
    const { code, stderr } = await onTerminal(["compare", ...ids, "--format", "html"]);
    rmSync(path);
    expect(code).toBe(3);
    expect(stderr).toContain("expected no file or a page of assay, got another file");
  });

  it("keeps a file of another program", async () => {
    const path = join(bench.results, "comparison.html");
    writeFileSync(path, "<p>mine");
    const { code, stderr, stdout } = await onTerminal(["compare", ...ids, "--format", "html"]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain("expected no file or a page of assay, got another file; move it");
    expect(readFileSync(path, "utf8")).toBe("<p>mine");
    rmSync(path);
  });
});

describe("--open", () => {
  it("prints one sentence where there is no desktop or no browser", async () => {
    const [id = ""] = ids;
    const none = { DISPLAY: "", WAYLAND_DISPLAY: "", WSL_DISTRO_NAME: "" };
    const path = `results/${id}/report.html`;
    const where = await assay(["report", id, "--open"], { ...bench, env: none });
    expect(where.code).toBe(0);
    expect(where.stdout).toBe("");
    expect(where.stderr).toBe(
      `cannot open a browser (no desktop on this host); the page is ${path}\n`,
    );
    const env = { ...none, DISPLAY: ":9", PATH: bench.cwd };
    const bare = await assay(["report", id, "--open"], { ...bench, env });
    expect(bare.stderr).toBe(
      `cannot open a browser (xdg-open is not installed); the page is ${path}\n`,
    );
  });

  it.each([["report --guide"], ["compare"], ["verify"]])("prints no text: %s", async (command) => {
    const env = { DISPLAY: "", WAYLAND_DISPLAY: "", WSL_DISTRO_NAME: "" };
    const args = [...command.split(" "), ...ids, "--open"];
    const page = await assay(args, { ...bench, env });
    expect(page.stdout).toBe("");
    expect(page.stderr).toMatch(/the page is \S+\.html\n$/);
    const both = await assay([...args, "--print", "report"], { ...bench, env });
    expect(both.stdout).toMatch(/^# /);
  });

  it("starts the browser with the page, and does not wait for it", async () => {
    const [id = ""] = ids;
    const bin = join(bench.cwd, "bin");
    mkdirSync(bin);
    const script = `#!/bin/sh\necho "$1" > "${bench.cwd}/opened"\nexec sleep 8\n`;
    writeFileSync(join(bin, "xdg-open"), script);
    chmodSync(join(bin, "xdg-open"), 0o755);
    const env = { DISPLAY: ":9", PATH: `${bin}:${process.env.PATH}` };
    const startedMs = performance.now();
    const { code, stderr } = await assay(["report", id, "--open"], { ...bench, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    expect(readFileSync(join(bench.cwd, "opened"), "utf8")).toBe(`results/${id}/report.html\n`);
  });
});

/** Runs the command line in this process with a terminal as stdout. */
async function onTerminal(args: readonly string[]) {
  const streams = { out: "", error: "" };
  const into = (name: keyof typeof streams) =>
    Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          streams[name] += String(chunk);
          done();
        },
      }),
      { isTTY: name === "out" },
    );
  const cwd = process.cwd();
  process.chdir(bench.cwd);
  try {
    const env = { ...process.env, NO_COLOR: "1" };
    const console = streamConsole({ stdout: into("out"), stderr: into("error"), env });
    const code = await runCli(args, { console, env, interrupt: uninterrupted() });
    return { code, stdout: streams.out, stderr: streams.error };
  } finally {
    process.chdir(cwd);
  }
}
