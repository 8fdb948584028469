/**
 * `npm ci` of a clone: bundles the worker, so that a thread loads a few files instead of 100. The
 * bundle is in a directory of `node_modules/.cache` that never changes, because running threads
 * load files from it; `worker.json` names it with the digest of every source. A run uses the bundle
 * only while all of these are the same (`src/run/phase/pool.ts`).
 */

import { hash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { bundle, ROOT, WORKER } from "./build/bundle.ts";

const CACHE = join(ROOT, "node_modules/.cache/assay");

/** Digests of the sources by path from the root, as the bundler read them. */
const digests = new Map<string, string>();

const dir = join(CACHE, `new-${process.pid}`);
mkdirSync(dir, { recursive: true });
try {
  await bundle({ entry: WORKER, dir, plugins: [{ name: "digests", transform }], sourcemap: true });
  const sources = [...digests].sort();
  const name = hash("sha256", JSON.stringify(sources));
  if (!existsSync(join(CACHE, name))) renameSync(dir, join(CACHE, name));
  mkdirSync(dir, { recursive: true });
  const index = { entry: `${name}/${WORKER}.js`, sources };
  writeFileSync(join(dir, "worker.json"), JSON.stringify(index));
  renameSync(join(dir, "worker.json"), join(CACHE, "worker.json"));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function transform(code: string, id: string): null {
  if (!id.startsWith("\0")) digests.set(relative(ROOT, id), hash("sha256", code));
  return null;
}
