// @module-tag system
import { execFileSync, spawnSync } from "node:child_process";
import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, matchesGlob } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addProgram, executeStage, lastOf, parseDockerfile } from "./dockerfile.ts";
import { ROOT, read, tracked } from "./tree.ts";

/** Size of gcr.io/distroless/cc-debian12 on x64, uncompressed and rounded up. */
const BASE_BYTES = 25e6;
const MAX_IMAGE_BYTES = 200e6;
const NONROOT = 65_532;

const stages = parseDockerfile(read("Dockerfile"));
const [build, image] = stages;
const isRoot = process.getuid?.() === 0 && process.platform === "linux";

/** Patterns of .dockerignore that include a path again, after `*` has excluded all. */
const [everything, ...included] = read(".dockerignore").trim().split("\n");

function isIncluded(path: string): boolean {
  return included.some((line) => {
    const name = line.slice(1);
    return matchesGlob(path, name) || matchesGlob(path, `${name}/**`);
  });
}

describe("the Dockerfile", () => {
  test("builds in one stage and ships another, which no root runs", () => {
    expect(stages.map(({ name }) => name)).toEqual(["build", null]);
    expect(build?.base).toMatch(/^node:24-.*slim$/);
    expect(image?.base).toMatch(/^gcr\.io\/distroless\/cc-debian\d+:nonroot$/);
    expect(lastOf(image, "USER")).toBe(`${NONROOT}:${NONROOT}`);
    // A base without a shell can run nothing.
    expect(image?.steps.map(({ instruction }) => instruction)).not.toContain("RUN");
  });

  test("calls programs that the image has", () => {
    const entry: readonly string[] = JSON.parse(lastOf(image, "ENTRYPOINT") ?? "[]");
    expect(entry).toEqual(["/usr/local/bin/node", "/opt/assay/bin/assay.mjs"]);
  });
});

test(".dockerignore excludes everything but what the build needs", () => {
  expect(everything).toBe("*");
  expect(included.every((line) => line.startsWith("!"))).toBe(true);
  const context = tracked.filter(isIncluded);
  const tops = new Set(context.map((path) => path.split("/")[0]));
  const named = new Set(included.map((line) => line.slice(1).split("/")[0]));
  expect([...tops].sort()).toEqual([...named].sort());
  expect(context).not.toContain("test/dockerfile.test.ts");
});

describe.skipIf(!isRoot)("the steps", () => {
  let folder = "";
  const root = (name: string) => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "assay-image-"));
    for (const path of tracked.filter(isIncluded)) {
      mkdirSync(join(root("context"), dirname(path)), { recursive: true });
      cpSync(join(ROOT, path), join(root("context"), path));
    }
    if (build === undefined || image === undefined) throw new Error("two stages are missing");
    const roots = { context: root("context"), stages: { build: root("build") } };
    // The base image of the stage has Node; npm is the one of this host.
    mkdirSync(root("build/usr/local/bin"), { recursive: true });
    cpSync(process.execPath, root("build/usr/local/bin/node"));
    executeStage(build, root("build"), roots);
    executeStage(image, root("image"), roots);
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the image's command as its user, where only the image's files exist. */
  function runImage(parameters: readonly string[]) {
    const entry: readonly string[] = JSON.parse(lastOf(image, "ENTRYPOINT") ?? "[]");
    const directory = lastOf(image, "WORKDIR") ?? "/";
    const user = `--setuid ${NONROOT} --setgid ${NONROOT} --wd ${directory}`;
    const script =
      'for one in proc dev; do mount --rbind /$one "$0/$one"; done; ' +
      `exec unshare --root "$0" ${user} "$@"`;
    const parts = ["--mount", "sh", "-c", script, root("base"), ...entry, ...parameters];
    const env = { PATH: process.env.PATH ?? "" };
    return spawnSync("unshare", parts, { encoding: "utf8", env });
  }

  test("make an image under 200 MB", () => {
    const bytes = Number(
      execFileSync("du", ["--summarize", "--apparent-size", "--bytes", root("image")])
        .toString()
        .split("\t")[0],
    );
    expect(bytes).toBeGreaterThan(120e6);
    expect(bytes + BASE_BYTES).toBeLessThan(MAX_IMAGE_BYTES);
  });

  test("make an image whose command measures a directory, with the C library alone", () => {
    // The base: a C library, /tmp, and directories to mount on.
    cpSync(root("image"), root("base"), { recursive: true });
    addProgram(process.execPath, "/usr/local/bin/node", root("base"));
    for (const name of ["proc", "dev", "tmp", "bench/data"]) {
      mkdirSync(join(root("base"), name), { recursive: true });
    }
    for (const name of ["tmp", "bench", "bench/data"]) {
      chownSync(join(root("base"), name), NONROOT, NONROOT);
    }
    const { version } = JSON.parse(read("package.json"));
    expect(runImage(["--version"])).toMatchObject({ status: 0, stdout: `${version}\n` });
    const set = ["--set", "duration=300ms", "--set", "datasets.data.size=8MiB"];
    const run = ["run", "random-read", "--target", "data", ...set, "--print", "path"];
    const { status, stdout, stderr } = runImage(run);
    expect(status, stderr).toBe(0);
    const stored = join(root("base"), "bench", stdout.trim(), "run.json");
    expect(JSON.parse(readFileSync(stored, "utf8")).state).toBe("complete");
    expect(readdirSync(root("base/bench/data"))).toEqual([]);
  });
});
