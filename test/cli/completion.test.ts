import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SHELLS } from "../../src/cli/completion/scripts.ts";
import { assay } from "./assay.ts";
import { type Bench, makeBench } from "./bench.ts";

const BIN = fileURLToPath(new URL("../../bin/assay.mjs", import.meta.url));

/** The words that are offered for the last word of a line. */
async function offered(bench: Bench, ...words: string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await assay(["--get-completions", ...words], bench);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.split("\n").slice(0, -1);
  return lines.map((line) => line.split("\t")[0] ?? "");
}

/** Results with two runs and an entry that is not a run. */
function withRuns(): Bench {
  const bench = makeBench();
  for (const id of ["20261123-0847-a", "20261124-0847-b"]) {
    mkdirSync(join(bench.results, id), { recursive: true });
    writeFileSync(join(bench.results, id, "run.json"), "{}");
  }
  mkdirSync(join(bench.results, "notes"));
  return bench;
}

describe("completion", () => {
  it("offers commands", async () => {
    const bench = makeBench();
    expect(await offered(bench, "re")).toEqual(["report", "render"]);
    expect(await offered(bench, "")).toContain("verify");
    expect(await offered(bench)).toContain("verify");
  });

  it("offers the options of a command that are not given yet", async () => {
    const bench = makeBench();
    expect(await offered(bench, "run", "--k")).toEqual(["--keep-data", "--kind"]);
    expect(await offered(bench, "run", "--keep-data", "--k")).toEqual(["--kind"]);
    expect(await offered(bench, "run", "--set", "a=1", "--se")).toEqual(["--set"]);
    expect(await offered(bench, "run", "--fi")).toEqual([]);
  });

  it("offers permitted values and help topics", async () => {
    const bench = makeBench();
    expect(await offered(bench, "run", "--print", "")).toEqual([
      ...["summary", "report", "json", "path", "nothing"],
    ]);
    expect(await offered(bench, "list", "--kind", "ebs-g")).toEqual(["ebs-gp3", "ebs-gp2"]);
    expect(await offered(bench, "completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(await offered(bench, "help", "t")).toEqual(["targets"]);
  });

  it("offers the values of each argument in its place", async () => {
    const bench = makeBench();
    expect(await offered(bench, "render", "")).toEqual(["k8s", "batch", "ecs"]);
    expect(await offered(bench, "render", "ecs", "smo")).toEqual(["smoke"]);
    expect(await offered(bench, "render", "ecs", "smoke", "")).toEqual([]);
  });

  it("offers named baselines", async () => {
    const bench = makeBench();
    mkdirSync(join(bench.cwd, "baselines", "main"), { recursive: true });
    expect(await offered(bench, "run", "--baseline", "")).toEqual(["main"]);
  });

  it("offers nothing for a path", async () => {
    const bench = makeBench();
    expect(await offered(bench, "run", "--targets", "")).toEqual([]);
    expect(await offered(bench, "run", "./")).toEqual([]);
  });

  it("prints the script of the shell in use, and asks if there is none", async () => {
    for (const shell of SHELLS) {
      const named = await assay(["completion", shell]);
      expect(named.code).toBe(0);
      expect(await assay(["completion"], { env: { SHELL: `/usr/bin/${shell}` } })).toEqual(named);
    }
    const unknown = await assay(["completion"], { env: { SHELL: "/bin/dash" } });
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toMatch(/^which shell\? expected one of: bash, zsh, fish; SHELL is /);
  });
});

describe("completion of an argument", () => {
  it("offers scenario names", async () => {
    const bench = makeBench();
    expect(await offered(bench, "run", "random-")).toEqual(["random-read", "random-write"]);
    expect(await offered(bench, "run", "random-read", "random-")).toEqual(["random-write"]);
    expect(await offered(bench, "run", "--quiet", "gui")).toEqual(["guide"]);
    expect(await offered(bench, "find", "random-read", "random-")).toEqual([]);
    expect(await offered(bench, "compare", "--interleave", "random-r")).toEqual(["random-read"]);
  });

  it("offers run ids, newest first", async () => {
    const bench = withRuns();
    const ids = ["20261124-0847-b", "20261123-0847-a"];
    for (const command of ["report", "compare", "verify", "clean"]) {
      expect(await offered(bench, command, "")).toEqual(ids);
    }
    expect(await offered(bench, "run", "smoke", "--baseline", "")).toEqual(ids);
    expect(await offered(bench, "report", "--results", "elsewhere", "")).toEqual([]);
    expect(await offered(bench, "compare", "20261124-0847-b", "2026")).toEqual([ids[1]]);
  });

  it("offers claim ids and statements of the guide", async () => {
    const bench = makeBench();
    const claims = await offered(bench, "verify", "RUN", "--claim", "ebs.gp3.iops.");
    expect(claims).toContain("ebs.gp3.iops.provisioned");
    expect(await offered(bench, "verify", "RUN", "--claim", "G01")).toEqual(["G01"]);
  });

  it("offers the targets of a targets file", async () => {
    const bench = makeBench();
    const file = join(bench.cwd, "targets.yaml");
    writeFileSync(file, "targets:\n  here: { kind: directory, path: . }\n");
    expect(await offered(bench, "run", "--targets", file, "-t", "")).toEqual(["here"]);
    writeFileSync(file, "targets: [");
    expect(await offered(bench, "run", "--targets", file, "-t", "")).toEqual([]);
  });
});

/** A directory for PATH in which `assay` is this clone. */
function onPath(bench: Bench): string {
  const path = join(bench.cwd, "bin");
  mkdirSync(path);
  writeFileSync(join(path, "assay"), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
  chmodSync(join(path, "assay"), 0o755);
  return `${path}:${process.env.PATH}`;
}

/** Asks a shell what it offers after the line; one word a line of its output. */
const ASK: Readonly<Record<string, (line: string) => readonly string[]>> = {
  bash: (line) => [
    ...["--norc", "-c"],
    `source <(assay completion bash)
     COMP_WORDS=(${line} '') COMP_CWORD=${line.split(" ").length}
     _assay_completions && printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  fish: (line) => [
    ...["--no-config", "-c"],
    `assay completion fish | source; complete -C '${line} '`,
  ],
  // Only the line editor of zsh can complete; a function in place of compadd prints the words.
  zsh: (line) => [
    ...["-f", "-c"],
    `compdef() { }; compadd() { print -l -- "\${(@P)5}" }; _files() { }
     source <(assay completion zsh)
     words=(${line} '') CURRENT=$#words; _assay`,
  ],
};

describe.each(SHELLS)("the completion script of %s", { tags: ["system"] }, (shell) => {
  const isInstalled = spawnSync(shell, ["-c", "true"]).status === 0;
  if (!isInstalled) process.stderr.write(`skipped: ${shell} is not installed\n`);

  it.skipIf(!isInstalled)("completes run ids, claim ids and scenario names", () => {
    const bench = withRuns();
    const env = { PATH: onPath(bench), HOME: bench.cwd };
    const words = (line: string) =>
      execFileSync(shell, ASK[shell]?.(line) ?? [], { cwd: bench.cwd, env, encoding: "utf8" })
        .split("\n")
        .map((one) => one.split("\t")[0]);
    expect(words("assay report")).toContain("20261123-0847-a");
    expect(words("assay verify RUN --claim")).toContain("ebs.gp3.iops.provisioned");
    expect(words("assay run")).toContain("random-read");
  });
});
