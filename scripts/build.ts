/**
 * `npm run build`: bundles the sources and most of their packages into `dist`. A command loads a
 * few large files instead of 700 small ones, which halves its start-up. `dist/main.js` is the
 * program; each thread and child process has a separate file, at the path of its source.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle, EXTERNAL, ROOT, threadEntries } from "./build/bundle.ts";
import { licensesText, packagesOf, versionsOf } from "./build/licenses.ts";

/** The directory of the bundle, which the build replaces. */
const DIST = process.argv[2] ?? join(ROOT, "dist");

/** Modules that begin a file of the program; their static imports are in the same file. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  // Before the other files, because `main.ts` waits for those: they must not import it.
  start: ["cli/console", "cli/start", "posix/process"],
  cli: ["cli/cli", "cli/ending/ending"],
  commands: ["cli/parser", "cli/commands/index"],
  list: ["scenario/shipped", "run/store/read", "cli/commands/listed-runs"],
  run: [
    ...["cli/running/running", "cli/running/estimates", "cli/targets"],
    ...["cli/ci/outputs", "cli/running/verdict", "environment/knowledge"],
    ...["scenario/targets/targets", "scenario/targets/aws-settings"],
    "storage/directory/directory",
  ],
  page: ["cli/pages/run-page"],
};

rmSync(DIST, { recursive: true, force: true });
const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const bundled = Object.keys(dependencies).filter((name) => !EXTERNAL.test(name));
const versions = versionsOf(ROOT, bundled);
const chunks = [...(await bundle({ entry: "main", dir: DIST, files: FILES, versions }))];
for (const entry of threadEntries()) chunks.push(...(await bundle({ entry, dir: DIST, versions })));
const packages = packagesOf(chunks.flatMap(({ moduleIds }) => moduleIds));
writeFileSync(join(DIST, "THIRD-PARTY-LICENSES"), licensesText(packages));
