import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { assay, onlyRun, runFolders, runIds } from "./assay.ts";
import { type Bench, makeBench, readsFor } from "./bench.ts";
import { TestTerminal } from "./live/terminal.ts";

const ESCAPE = "\u001b";
const BIN = fileURLToPath(new URL("../../bin/assay.mjs", import.meta.url));

function short(bench: Bench): string {
  return bench.scenario("reads", readsFor(["100ms"]));
}

describe("stdout of a run", () => {
  it("is the whole report with --print report, and nothing else", async () => {
    const bench = makeBench();
    const args = ["run", short(bench), "-t", "null:", "--print", "report", "--no-html"];
    const { code, stdout, stderr } = await assay(args, bench);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# reads, on null\n/);
    expect(stderr).toMatch(
      /^reads on null: 1 s of load\nreads on null \(null\), stored in results\//,
    );
    expect(stderr).toMatch(/^read-1: [\d,]+ ops\/s/m);
    const { id } = onlyRun(bench.results);
    expect(stdout).toBe(readFileSync(join(bench.results, id, "report.md"), "utf8"));
    // Nothing redraws where nobody looks, and nothing is coloured.
    for (const sign of ["\r", ESCAPE]) expect(stdout + stderr).not.toContain(sign);
  });

  it("is the path of the folder with --print path, and nothing with --print nothing", async () => {
    const bench = makeBench();
    const args = ["run", short(bench), "-t", bench.target, "--quiet", "--print"];
    const path = await assay([...args, "path"], bench);
    expect(path).toMatchObject({ code: 0, stderr: "" });
    expect(path.stdout).toMatch(/^[^\n]+\n$/);
    expect(statSync(join(bench.cwd, path.stdout.trimEnd())).isDirectory()).toBe(true);
    const nothing = await assay([...args, "nothing"], bench);
    expect(nothing).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  it("may be closed by its reader, silently", { tags: ["system"] }, async () => {
    const bench = makeBench();
    await assay(["run", short(bench), "-t", "null:", "-q", "--print", "nothing"], bench);
    const { id } = onlyRun(bench.results);
    // The reader ends at once; the status is that of the writer.
    const script = `"$0" "$1" report ${id} --format json | true; echo "\${PIPESTATUS[0]}"`;
    for (let i = 0; i < 3; i++) {
      const piped = spawnSync("bash", ["-c", script, process.execPath, BIN], bench);
      expect(String(piped.stderr)).toBe("");
      expect(String(piped.stdout)).toBe("0\n");
    }
  });
});

describe("stdout of several runs", () => {
  it("is one JSON document of all runs with --print json", async () => {
    const bench = makeBench();
    const args = ["run", short(bench), "-t", "null:", "-t", bench.target, "-q", "--print", "json"];
    const { code, stdout, stderr } = await assay(args, bench);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const ids = runIds(bench.results);
    const fileOf = (id: string) => readFileSync(join(bench.results, id, "run.json"), "utf8");
    const stored = ids.map((id) => ({ folder: `results/${id}`, ...JSON.parse(fileOf(id)) }));
    expect(stored).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual({ runs: stored });
  });
});

describe("output", { tags: ["system"] }, () => {
  it("that cannot be written ends in one sentence; the run is stored and nothing is left", () => {
    const bench = makeBench();
    const script = `"$0" "$@" > /dev/full`;
    const args = [process.execPath, BIN, "run", short(bench), "-t", bench.target, "-q"];
    const full = spawnSync("bash", ["-c", script, ...args], bench);
    expect(String(full.stderr)).toBe(
      "cannot write to stdout: the disk is full; send the output to another place\n",
    );
    expect(full.status).toBe(3);
    expect(onlyRun(bench.results).state).toBe("complete");
    expect(runFolders(bench.target)).toEqual([]);
  });

  it("is the same where stderr cannot be written", () => {
    const bench = makeBench();
    const args = [process.execPath, BIN, "run", short(bench), "-t", bench.target];
    const full = spawnSync("bash", ["-c", `"$0" "$@" 2> /dev/full`, ...args], bench);
    expect(full.status).toBe(0);
    expect(String(full.stdout)).toMatch(/^reads on target \(directory\), 1 repetition, complete/);
    expect(runFolders(bench.target)).toEqual([]);
  });
});

/** Runs the command line on a terminal of its own; returns what it drew, stdout and stderr. */
function onTerminal(args: readonly string[], bench: Bench, env: Record<string, string>): string {
  return onShell([process.execPath, BIN, ...args].map((word) => `'${word}'`).join(" "), bench, env);
}

function onShell(
  command: string,
  bench: Bench,
  env: Record<string, string>,
  log = "/dev/null",
): string {
  return execFileSync("script", ["-fqec", command, log], {
    cwd: bench.cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, HOME: bench.cwd, TERM: "xterm", SHELL: "/bin/bash", ...env },
  });
}

function hasScript(): boolean {
  const found = spawnSync("script", ["--version"]).status === 0;
  if (!found) process.stderr.write("skipped: no `script` command that makes a terminal\n");
  return found;
}

/** The same as `onTerminal`, on a terminal of a size, which a second command may change. */
function onSized(args: readonly string[], bench: Bench, size: string, resize = ""): string {
  const words = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(" ");
  const later = resize === "" ? "" : `(sleep 3; stty ${resize} < /dev/tty) & `;
  return onShell(`stty ${size}; ${later}${words}`, bench, {});
}

describe("the live view", { tags: ["system"] }, () => {
  it.skipIf(!hasScript())("is drawn on a terminal, and gone at the end", () => {
    const bench = makeBench();
    const args = ["run", bench.scenario("reads", readsFor(["600ms"])), "-t", "null:"];
    const drawn = onTerminal(args, bench, {});
    expect(drawn).toMatch(/Phase {4}1 of 1, read-1: (load started|0\.\d s of 0\.6 s)/);
    const terminal = new TestTerminal(80, 24);
    terminal.take(drawn.replaceAll("\r\n", "\n"));
    const shown = terminal.shown.join("\n");
    expect(shown).not.toMatch(/^(Total|Load|Rate) {4}|█|▁/m);
    expect(shown).toContain("read-1");
    expect(drawn).toContain(`${ESCAPE}[1m`);
    const plain = onTerminal(args, bench, { NO_COLOR: "1" });
    expect(plain).not.toContain(`${ESCAPE}[1m`);
    const quiet = onTerminal([...args, "-q", "--print", "path"], bench, {});
    expect(quiet.trim()).toMatch(/^results\/[\w-]+$/);
  });

  it.skipIf(!hasScript())("fits a terminal that gets narrower and lower", () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["6s"]));
    const args = ["run", path, "-t", "null:", "--print", "nothing"];
    const drawn = onSized(args, bench, "cols 100 rows 30", "cols 40 rows 3");
    const frames = drawn.split(`${ESCAPE}[?2026h`).slice(1);
    expect(frames.length).toBeGreaterThan(8);
    const terminal = new TestTerminal(100, 30);
    for (const frame of frames) terminal.take(frame.replaceAll("\r\n", "\n"));
    expect(terminal.wraps).toBe(0);
    // The low terminal has room for neither the title nor the rate, the narrow one for no bar.
    const from = frames.findIndex((frame) => /Total {5,6}\d/.test(frame));
    expect(from).toBeGreaterThan(2);
    expect(frames.slice(0, from).join("")).toContain("reads on null (null)");
    const last = frames.slice(from);
    expect(last.join("")).not.toMatch(/Rate|reads on null/);
    const narrow = new TestTerminal(40, 3);
    for (const frame of last.slice(1)) narrow.take(frame.replaceAll("\r\n", "\n"));
    expect(narrow.wraps).toBe(0);
  });

  it.skipIf(!hasScript())("is not garbled by two Ctrl-C", () => {
    const bench = makeBench("memory");
    const path = bench.scenario("reads", readsFor(["60s"]));
    const words = [process.execPath, BIN, "run", path, "-t", bench.target];
    const command = words.map((word) => `'${word}'`).join(" ");
    const log = join(bench.cwd, "terminal");
    const until = (text: string) => `until grep -q '${text}' ${log}; do sleep 0.05; done`;
    const interrupt = "kill -INT $! 2> /dev/null";
    const interrupts = [
      ...[until("load started"), "sleep 0.5", interrupt],
      ...[until("storing results"), interrupt, "wait $!", "echo over"],
    ].join("; ");
    const drawn = onShell(`set -m; ${command} & ${interrupts}`, bench, {}, log);
    const terminal = new TestTerminal(80, 24);
    terminal.take(drawn.replaceAll("\r\n", "\n"));
    const shown = terminal.shown.join("\n");
    expect(shown).toContain("storing results and removing the data");
    expect(shown).toMatch(/over$/);
    // Neither signal leaves a part of the block behind.
    expect(shown).not.toMatch(/^(Total|Load|Rate) {4}|█|▁/m);
  });
});
