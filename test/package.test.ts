// @module-tag system
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandChannel } from "../src/cluster/carriers/command.ts";
import { parseHostList } from "../src/cluster/host-list.ts";
import { join as joinHosts } from "../src/cluster/roster.ts";
import { TRACE } from "./cli/loaded.ts";
import { JOIN } from "./cluster/options.ts";
import { canEmulate, SCRATCH, useScratch } from "./testbed/volume/support.ts";
import { ROOT, read } from "./tree.ts";

useScratch();
const emulated = test.skipIf(!(await canEmulate()));

/** An empty directory in which the package is installed, as a user would. */
let folder = "";
let installed = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-package-"));
  const pack = ["pack", "--json", "--pack-destination", folder];
  execFileSync("npm", pack, { cwd: ROOT, stdio: "pipe" });
  const [archive = ""] = readdirSync(folder);
  execFileSync("npm", ["init", "--yes"], { cwd: folder, stdio: "pipe" });
  const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", `./${archive}`];
  execFileSync("npm", install, { cwd: folder, stdio: "pipe" });
  installed = join(folder, "node_modules/assay");
}, 400_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the installed command in a shell whose PATH has it, as `npx` and npm scripts do. */
function run(command: string) {
  const { ASSAY_S3_ENDPOINT: _, ...env } = process.env;
  const path = [join(folder, "node_modules/.bin"), dirname(process.execPath), env.PATH];
  const { status, stdout, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", command], {
    cwd: folder,
    encoding: "utf8",
    env: { ...env, PATH: path.join(delimiter) },
    timeout: 300_000,
  });
  return { status, stdout, stderr };
}

/** Runs the command and returns its stdout. @throws Error with its output if it fails */
function succeed(command: string): string {
  const { status, stdout, stderr } = run(command);
  if (status !== 0) throw new Error(`${command}: exit code ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Name in the reference of a component: `yaml` of `yaml@2.9.1`. */
function nameOf(reference: string): string {
  return reference.replace(/(?<=.)@[^@]*$/, "");
}

/** Shorter than in the scenario files. */
const SMALL = "DURATION=500ms WARMUP=100ms FILE_SIZE=8MiB OBJECT_SIZE=8MiB";

describe("the package", () => {
  test("has only the command, the bundled sources and the scenarios", () => {
    const names = readdirSync(installed).filter((name) => name !== "node_modules");
    expect(names.sort()).toEqual(
      ["LICENSE", "README.md", "bin", "dist", "package.json", "scenarios"].sort(),
    );
    const sources = readdirSync(join(installed, "dist"), { recursive: true }).map(String);
    expect(sources.filter((name) => /\.(d\.)?ts$/.test(name))).toEqual([]);
    expect(sources).toContain("main.js");
    expect(sources).toContain("load/worker.js");
  });

  test("has no error or suggestion of publint", () => {
    const publint = join(ROOT, "node_modules/publint/src/cli.js");
    const parameters = [publint, "--strict", "--pack", "false", installed];
    const { status, stdout, stderr } = spawnSync(process.execPath, parameters, {
      encoding: "utf8",
    });
    expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("All good!");
  });

  test("has a bill of materials with all that is installed", () => {
    const sbom = ["sbom", "--sbom-format", "cyclonedx"];
    const bill = execFileSync("npm", sbom, { cwd: folder, stdio: "pipe" }).toString();
    const { bomFormat, components } = JSON.parse(bill);
    const names = new Set(components.map((one: { "bom-ref": string }) => nameOf(one["bom-ref"])));
    const { dependencies } = JSON.parse(read("package.json"));
    expect(bomFormat).toBe("CycloneDX");
    expect(["assay", ...Object.keys(dependencies)].filter((one) => !names.has(one))).toEqual([]);
  });

  test("has no dependency that the sources do not need", () => {
    const { devDependencies } = JSON.parse(read("package.json"));
    const present = readdirSync(join(folder, "node_modules"));
    expect(present.filter((name) => name in devDependencies)).toEqual([]);
  });
});

/** The code of all files of the bundle. */
function bundledCode(): readonly string[] {
  const files = readdirSync(join(installed, "dist"), { recursive: true }).map(String);
  return files
    .filter((file) => file.endsWith(".js"))
    .map((file) => readFileSync(join(installed, "dist", file), "utf8"));
}

/** Number of files that a command loads in each of its threads, the main thread first. */
function filesLoadedBy(command: string): readonly number[] {
  writeFileSync(join(folder, "trace.mjs"), TRACE);
  const { stderr } = run(`NODE_OPTIONS="--import ./trace.mjs" ${command}`);
  const counts: number[] = [];
  for (const [, thread] of stderr.matchAll(/^LOADED (\d+) file:.*\/(?!trace\.mjs)/gm)) {
    counts[Number(thread)] = (counts[Number(thread)] ?? 0) + 1;
  }
  return counts.map((count) => count);
}

describe("the bundle", () => {
  test("has the license of every package in it", () => {
    const licenses = readFileSync(join(installed, "dist/THIRD-PARTY-LICENSES"), "utf8");
    const entries = licenses.split(`${"-".repeat(80)}\n`).slice(1);
    const stated = new Set(entries.map((entry) => /^\S+/.exec(entry)?.[0]));
    const present = bundledCode().flatMap((code) =>
      [...code.matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(([, name]) => name),
    );
    expect(present).toContain("zod");
    expect(present.filter((name) => !stated.has(name))).toEqual([]);
    for (const entry of entries) {
      expect(entry).toMatch(/^License: \S/m);
      expect(entry).toMatch(/Permission (is hereby|to use)|Redistribution and use|LICENSE/);
    }
  });

  test("records the version of a package that is executed, not of one that is installed", () => {
    const licenses = readFileSync(join(installed, "dist/THIRD-PARTY-LICENSES"), "utf8");
    const [, version] = /^hdr-histogram-js (\S+)$/m.exec(licenses) ?? [];
    const code = bundledCode().join("\n");
    expect(code).toContain(`"hdr-histogram-js": "${version}"`);
    expect(code).not.toContain("BUNDLED_VERSIONS");
  });

  test("loads few files, and has no messages in other languages", () => {
    const page = filesLoadedBy("assay --help");
    expect(page.length).toBe(1);
    expect(page[0]).toBeLessThan(12);
    expect(filesLoadedBy("assay list")[0]).toBeLessThan(16);
    const small = "--set duration=100ms --set warmup=0s --set datasets.data.size=64KiB";
    mkdirSync(join(folder, "small"));
    const threads = filesLoadedBy(`assay run random-read --target small ${small} --set cache=warm`);
    expect(threads[0]).toBeLessThan(100);
    // Four workers, the pause monitor and the storage watch.
    expect(threads.length).toBe(7);
    expect(threads.slice(1).filter((count) => count > 20)).toEqual([]);
    expect(
      bundledCode().filter((code) => /node_modules\/zod\/v4\/locales\/(?!en)/.test(code)),
    ).toEqual([]);
  });
});

test("an installed agent is a host of a run on several hosts", async () => {
  const { version } = JSON.parse(read("package.json"));
  const agent = [process.execPath, join(installed, "bin/assay.mjs"), "agent"];
  const roster = await joinHosts(parseHostList("local:2"), {
    ...{ ...JOIN, assayVersion: version, minHosts: 2 },
    connect: () => commandChannel(agent, ({ words }) => words),
  });
  const params = { target: null, ring: false };
  const facts = await Promise.all(
    roster.sessions.map((one) => one.call("look", params, {}).result),
  );
  expect(facts).toMatchObject([{ facts: null }, { facts: null }]);
  await roster.bye();
});

describe("the installed command", () => {
  test("prints its version and help", () => {
    const { version } = JSON.parse(read("package.json"));
    expect(succeed("assay --version")).toBe(`${version}\n`);
    expect(succeed("assay --help")).toContain("assay run ");
  });

  test("lists the shipped scenarios and completes words", () => {
    expect(succeed("assay list")).toContain("queue-depth-sweep");
    expect(succeed("assay --get-completions run queue-")).toContain("queue-depth-sweep");
  });

  test("measures a directory, and reads the run again", () => {
    mkdirSync(join(folder, "data"));
    succeed("assay check random-read --target data --set datasets.data.size=8MiB");
    const set = "--set duration=300ms --set warmup=100ms --set datasets.data.size=8MiB";
    const path = succeed(`assay run random-read --target data ${set} --print path`).trim();
    expect(JSON.parse(readFileSync(join(folder, path, "run.json"), "utf8")).state).toBe("complete");
    expect(succeed(`assay report ${path}`)).toContain("random-read");
    expect(run(`assay verify ${path}`)).toMatchObject({ status: 4 });
    expect(readdirSync(join(folder, "data"))).toEqual([]);
  });

  test("answers what a directory delivers", () => {
    const place = "mkdir -p quick && assay quick quick --budget 60s";
    const out = succeed(place);
    for (const line of ["Latency", "IOPS", "Throughput", "Fsync", "Small files", "Report"]) {
      expect(out).toMatch(new RegExp(`^${line} +\\S`, "m"));
    }
    expect(readdirSync(join(folder, "quick"))).toEqual([]);
  });

  test("shows the demo on the embedded S3 server", () => {
    const out = succeed(`XDG_CACHE_HOME=${folder}/none assay demo`);
    expect(out).toMatch(/^fauxqs compared with directory/m);
    // The verdicts depend on other programs of this host.
    expect(out).toMatch(/^Published claims, tested on storage of known behavior: \d+ \w+/m);
    expect(out).toMatch(/^Report +results\/demo\.md$/m);
  });

  test("runs the smoke scenario on a MinIO that it starts", () => {
    const smoke = "assay run smoke --target s3://$ASSAY_S3_BUCKET --print summary";
    const { status, stdout, stderr } = run(`${SMALL} assay minio --exec -- sh -c '${smoke}'`);
    // 99: half a second has too few operations for some thresholds.
    expect([0, 99], stderr).toContain(status);
    expect(stdout).toMatch(/^sequential-read .* 0$/m);
  });

  emulated("measures an emulated volume that it makes", () => {
    const set =
      "--set datasets.data.count=1 --set datasets.data.size=16MiB --set duration=2s " +
      "--set queueDepth=32";
    const read = `assay run random-read --target $ASSAY_VOLUME ${set} --print json`;
    const out = succeed(
      `assay emulate exec --as gp3 --size 64MiB --folder ${SCRATCH} -- sh -c '${read}'`,
    );
    const [phase] = JSON.parse(out).runs[0].phases;
    const rate = phase.summaries[0].operationsPerSecond;
    expect(rate).toBeGreaterThan(1000);
    expect(rate).toBeLessThan(3600);
  });
});
