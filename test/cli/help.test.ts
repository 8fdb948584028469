import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands/index.ts";
import { nameOf, parseLine } from "../../src/cli/parser.ts";
import { EXIT_CODES, SCENARIO_EXAMPLE, TARGETS_EXAMPLE, TOPICS } from "../../src/cli/topics.ts";
import { EXIT } from "../../src/model/fault/errors.ts";
import { resolveScenarios } from "../../src/scenario/shipped.ts";
import { parseTargets } from "../../src/scenario/targets/targets.ts";
import { scratch } from "../storage/support.ts";
import { assay } from "./assay.ts";

const BIN = fileURLToPath(new URL("../../bin/assay.mjs", import.meta.url));
const NAMES = COMMANDS.map(({ usage }) => nameOf(usage));

/** Options that only few users of buckets need. */
const RARE = ["--ca", "--profile", "--accelerate", "--dual-stack", "--fips", "--requester-pays"];
const EXAMPLES = COMMANDS.flatMap(({ examples }) =>
  examples.map(([line]) => line.replace("$0", "assay")),
).filter((line) => !line.startsWith("assay help "));

describe("help", () => {
  it("lists every command on stdout", async () => {
    const { code, stdout, stderr } = await assay(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of NAMES) expect(stdout).toContain(`assay ${command} `);
    expect(stdout).toContain("Examples:");
  });

  it.each(NAMES.filter((name) => name !== "help"))(
    "of %s shows its examples in one line each",
    async (command) => {
      const { code, stdout, stderr } = await assay([command, "--help"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const examples = stdout.slice(stdout.indexOf("Examples:")).split("\n");
      const called = COMMANDS.find(({ usage }) => nameOf(usage) === command);
      expect(called?.examples.length).toBeGreaterThan(1);
      for (const [line] of called?.examples ?? []) {
        expect(examples).toContain(`  ${line.replace("$0", "assay")}`);
        expect(line.length).toBeLessThan(78);
      }
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    },
  );

  it.each(EXAMPLES)("has an example that can be copied: %s", async (line) => {
    const words = wordsOf(line);
    const parsed = await parseLine(words.slice(1), {
      commands: COMMANDS,
      version: "",
      columns: 80,
    });
    expect(parsed.kind).toBe("command");
    const scenarios = parsed.kind === "command" ? [parsed.parsed.scenario ?? []].flat() : [];
    for (const name of scenarios.map(String).filter((one) => !one.endsWith(".yaml"))) {
      expect((await resolveScenarios(name)).files).not.toEqual([]);
    }
  });

  it("shows the options of the command first, then those of the target", async () => {
    const { stdout } = await assay(["run", "--help"]);
    const groups = [...stdout.matchAll(/^(\w[\w ]+):$/gm)].map(([, name]) => name);
    expect(groups).toEqual([
      ...["Arguments", "Run", "Output", "Hosts", "Hosts that dial in", "Data", "Target"],
      ...["S3 target", "General", "Examples"],
    ]);
  });

  it("accepts rare S3 options, and describes them only in `help targets`", async () => {
    const target = ["-t", "s3://bucket", "--no-fips", "--no-dual-stack", "--no-accelerate"];
    const args = ["check", ...target, "--no-requester-pays", "--profile", "p", "--ca", "x"];
    const parsed = await parseLine(args, { commands: COMMANDS, version: "", columns: 80 });
    expect(parsed.kind).toBe("command");
    const topic = await assay(["help", "targets"]);
    for (const command of ["run", "check", "list"]) {
      const { stdout } = await assay([command, "--help"]);
      for (const option of RARE) expect(stdout).not.toContain(`${option} `);
    }
    for (const option of RARE) expect(topic.stdout).toContain(`${option} `);
  });

  it("prints the version of the package", async () => {
    const { code, stdout } = await assay(["--version"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("a help topic", () => {
  it("can be a command", async () => {
    expect(await assay(["help", "check"])).toEqual(await assay(["check", "--help"]));
    expect(await assay(["help"])).toEqual(await assay(["--help"]));
  });

  it("prints a page; an unknown one lists the topics", async () => {
    for (const { name } of TOPICS) {
      const { code, stdout, stderr } = await assay(["help", name]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout.split("\n").length).toBeGreaterThan(5);
    }
    const unknown = await assay(["help", "everything"]);
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toBe(
      "there is no help topic everything; expected a command or one of: targets, scenarios, " +
        "exit-codes\n",
    );
  });

  it("shows a valid targets file and a valid scenario", async () => {
    const targets = parseTargets("targets.yaml", TARGETS_EXAMPLE, {});
    expect(targets.map(({ name }) => name)).toEqual(["gp3", "photos", "server"]);
    const folder = scratch();
    writeFileSync(join(folder, "lookups.yaml"), SCENARIO_EXAMPLE);
    const { code, stderr } = await assay(["check", "lookups.yaml", "-t", "."], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { stdout } = await assay(["help", "scenarios"]);
    for (const line of SCENARIO_EXAMPLE.split("\n")) expect(stdout).toContain(line);
  });

  it("lists every exit code", async () => {
    expect(EXIT_CODES.map(([code]) => code)).toEqual(Object.values(EXIT));
  });
});

/** The words of an example, as a shell splits them, without a redirection to a file. */
function wordsOf(line: string): readonly string[] {
  const script = `set -f; printf '%s\\0' ${line.replace(/ >>? ~.*/, "")}`;
  return execFileSync("bash", ["-c", script]).toString().split("\0").slice(0, -1);
}

describe("an old Node", { tags: ["system"] }, () => {
  it("prints the version that is needed and how to install it", ({ skip }) => {
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
