// @module-tag system
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useMinio } from "./minio.ts";
import { blocksOf, PAGES } from "./pages.ts";
import { ROOT, read } from "./tree.ts";

const ASSAY = join(ROOT, "bin/assay.mjs");
const ENDPOINT = "http://127.0.0.1:9000";

/** Shipped scenarios read their sizes and durations from these variables. */
const SMALL = {
  DURATION: "300ms",
  LONG_DURATION: "300ms",
  WARMUP: "0s",
  FILE_COUNT: "2",
  FILE_SIZE: "8MiB",
  OBJECT_COUNT: "2",
  OBJECT_SIZE: "8MiB",
  OBJECTS: "50",
  SAMPLES: "50",
  WIDTH: "2",
  DEPTH: "2",
  FILES_PER_DIRECTORY: "20",
};

/** Values of the pages that a test makes smaller, and their replacements. */
const SMALLER: readonly (readonly [string, string])[] = [
  ["--set duration=5s", "--set duration=300ms"],
  ["data.size=256MiB", "data.size=8MiB"],
  ["data.size=64MiB", "data.size=8MiB"],
  ["--region eu-west-1", "--region us-east-1"],
];

const bucket = await useMinio({ minio: true });
let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "assay-readme-"));
  mkdirSync(join(root, "bin"));
  // Only `npx assay`: a page must not need a package that is not installed.
  const call = `exec "${process.execPath}" "${ASSAY}" "$@"`;
  const npx = `#!/bin/sh\ntest "$1" = assay && shift && ${call}\n`;
  writeFileSync(join(root, "bin/npx"), npx);
  chmodSync(join(root, "bin/npx"), 0o755);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a block of a page with stand-ins for the storage that it names. */
function runBlock(page: string, body: string) {
  const folder = join(root, basename(page, ".md"));
  for (const [mount = ""] of body.matchAll(/\/mnt\/\w+/g)) {
    mkdirSync(join(folder, mount), { recursive: true });
  }
  const script = stoodIn(body.replaceAll("/mnt/", `${folder}/mnt/`));
  const named = bucket.available ? { AWS_ENDPOINT_URL_S3: bucket.minio.endpoint } : {};
  return spawnSync("bash", ["-euo", "pipefail", "-c", script], {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...process.env,
      ...SMALL,
      ...named,
      XDG_CACHE_HOME: join(root, "cache"),
      PATH: `${join(root, "bin")}:${process.env.PATH}`,
    },
  });
}

/** Text of a page with the endpoint, bucket and sizes of this test. */
function stoodIn(text: string): string {
  const smaller = SMALLER.reduce((now, [from, to]) => now.replaceAll(from, to), text);
  if (!bucket.available) return smaller;
  return smaller
    .replaceAll(ENDPOINT, bucket.minio.endpoint)
    .replaceAll(/s3:\/\/(my-bucket|bench)/g, `s3://${bucket.minio.bucket}`);
}

/** Returns the expected output of each shell block: the `text` block after it; else empty. */
function outputsOf(page: string): readonly string[] {
  const blocks = blocksOf(page);
  return blocks.flatMap(({ language }, at) => {
    const next = blocks[at + 1];
    return language === "sh" ? [next?.language === "text" ? next.body : ""] : [];
  });
}

function needsBucket(text: string): boolean {
  return text.includes("s3://");
}

describe("the shell blocks", () => {
  const pages = PAGES.map((page) => ({
    page,
    shell: blocksOf(page).filter(({ language }) => language === "sh"),
    outputs: outputsOf(page),
  })).filter(({ shell }) => shell.length > 0);

  test.each(pages)(
    "of $page run in their order",
    { timeout: 400_000 },
    ({ page, shell, outputs }) => {
      const folder = join(root, basename(page, ".md"));
      mkdirSync(folder, { recursive: true });
      for (const { body, language } of blocksOf(page)) {
        const name = /^name: (\S+)$/m.exec(body)?.[1];
        if (language === "yaml") writeFileSync(join(folder, `${name}.yaml`), body);
      }
      for (const [at, { note, body }] of shell.entries()) {
        const status = /^exit=(\d+)$/.exec(note)?.[1] ?? "0";
        const isRun = note === "" || note.startsWith("exit=");
        if (!isRun || (needsBucket(body) && !bucket.available)) {
          expect(spawnSync("bash", ["-n", "-c", body]).status, body).toBe(0);
          continue;
        }
        const done = runBlock(page, body);
        expect(String(done.status), `${body}\n${done.stdout}\n${done.stderr}`).toBe(status);
        expect(done.stdout + done.stderr).toContain(outputs[at]);
      }
    },
  );

  test("include runs on a directory in README.md, which store their results", () => {
    expect(existsSync(join(root, "README", "results"))).toBe(true);
  });
});

describe("the table of commands in docs/getting-started.md", () => {
  const rows = [...read("docs/getting-started.md").matchAll(/^\| .* \| `(npx assay [^`]+)` \|$/gm)]
    .map(([, command = ""]) => command)
    .filter((command) => !command.includes("/dev/"));

  test("has a command for each kind of storage", () => {
    expect(rows.length).toBeGreaterThanOrEqual(5);
  });

  test.each(rows)("%s", (command) => {
    if (needsBucket(command) && !bucket.available) return;
    const done = runBlock("docs/getting-started.md", command);
    expect(done.status, done.stderr).toBe(0);
  });
});

test("the scenarios that assay lists are described in the documents", () => {
  const listed = spawnSync(process.execPath, [ASSAY, "list", "--results", join(root, "none")], {
    encoding: "utf8",
  }).stdout;
  const names = [...listed.matchAll(/^ {2}([a-z0-9-]+) {2}/gm)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(40);
  const pages = read("docs/scenarios.md") + read("docs/guide.md");
  expect(names.filter((name) => !pages.includes(`\`${name}\``))).toEqual([]);
});
