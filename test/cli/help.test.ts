import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scratch } from "../storage/support.ts";
import { assay, assayProcess } from "./assay.ts";

const BIN = fileURLToPath(new URL("../../bin/assay.mjs", import.meta.url));
const COMMANDS = ["run", "find", "report", "compare", "check", "list", "clean", "selftest"];

describe("help", () => {
  it("names every command, and goes to stdout", async () => {
    const { code, stdout, stderr } = await assay(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of COMMANDS) expect(stdout).toContain(`assay ${command} `);
    expect(stdout).toContain("Examples:");
  });

  it.each(COMMANDS)("of %s has examples", async (command) => {
    const { code, stdout, stderr } = await assay([command, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const examples = stdout.slice(stdout.indexOf("Examples:")).split("\n");
    expect(examples.filter((line) => line.includes(`assay ${command}`)).length).toBeGreaterThan(1);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("says the version of the package", async () => {
    const { code, stdout } = await assay(["--version"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("prints a completion script, which completes", async () => {
    const script = await assay(["completion"], { env: { SHELL: "/bin/bash" } });
    expect(script.code).toBe(0);
    execFileSync("bash", ["-n"], { input: script.stdout });
    const typed = await assay(["--get-yargs-completions", "assay", "re"]);
    expect(typed.stdout).toContain("report");
  });
});

/** Runs in the main thread: notes every module that is asked for. */
const TRACE = `
import { registerHooks } from "node:module";
import { writeSync } from "node:fs";
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    writeSync(2, "LOADED " + found.url + "\\n");
    return found;
  },
});
`;
const HEAVY = /\/(piscina|@aws-sdk|@smithy|hdr-histogram-js|zod|koffi|yaml|csv-stringify)\//;

async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
  const folder = scratch();
  const hook = join(folder, "trace.mjs");
  writeFileSync(hook, TRACE);
  const { stderr } = await assayProcess(args, { cwd: folder, node: ["--import", hook] });
  return [...stderr.matchAll(/^LOADED (.*)$/gm)].map(([, url]) => url ?? "");
}

describe("what is loaded", { tags: ["system"] }, () => {
  it.each([[["--help"]], [["run", "--help"]], [["--version"]], [["completion"]]])(
    "nothing heavy for %j",
    async (args) => {
      const loaded = await loadedBy(args);
      expect(loaded.some((url) => url.includes("/yargs/"))).toBe(true);
      expect(loaded.filter((url) => HEAVY.test(url))).toEqual([]);
    },
  );

  it("no AWS SDK for a run that touches no bucket", async () => {
    const scenario = fileURLToPath(new URL("../../scenarios/smoke.yaml", import.meta.url));
    const loaded = await loadedBy(["check", scenario, "-t", "null:"]);
    expect(loaded.some((url) => url.includes("/zod/"))).toBe(true);
    expect(loaded.filter((url) => /\/(@aws-sdk|@smithy)\//.test(url))).toEqual([]);
  });
});

describe("an old Node", { tags: ["system"] }, () => {
  it("is told which one is needed and how to get it", ({ skip }) => {
    const old = oldNode();
    if (old === null) {
      process.stderr.write("skipped: no Node older than 24 is on the PATH\n");
      return skip();
    }
    const folder = scratch();
    try {
      execFileSync(old, [BIN, "--version"], { cwd: folder, stdio: "pipe" });
      expect.unreachable("an old Node must be refused");
    } catch (error) {
      const { status, stdout, stderr } = error as Record<"status" | "stdout" | "stderr", unknown>;
      expect({ status, stdout: String(stdout) }).toEqual({ status: 3, stdout: "" });
      expect(String(stderr)).toMatch(
        /^assay needs Node 24 or newer, this is [\d.]+\. .*npm ci.*\n$/,
      );
    }
  });
});

/** The first `node` on the PATH, outside of installed packages, that is too old. */
function oldNode(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const folder of folders.filter((path) => !path.includes("node_modules"))) {
    const path = join(folder, "node");
    try {
      const version = execFileSync(path, ["--version"], { encoding: "utf8", stdio: "pipe" });
      if (Number(version.slice(1).split(".")[0]) < 24) return path;
    } catch {
      // Not there, or not to be run: the next one.
    }
  }
  return null;
}
