/**
 * `npm run build`: bundles the sources and most of their packages into `dist`. A command loads a
 * few large files instead of 700 small ones, which halves its start-up. `dist/main.js` is the
 * program; each thread and child process has a separate file, at the path of its source.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { type OutputChunk, rolldown } from "rolldown";
import { licensesText, packagesOf, versionsOf } from "./build/licenses.ts";
import { asUnbundled } from "./build/plugin.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SOURCE = join(ROOT, "src/");
/** The directory of the bundle, which the build replaces. */
const DIST = process.argv[2] ?? join(ROOT, "dist");

/**
 * Packages that are not bundled: native or optional ones, the AWS SDK, which only buckets need,
 * piscina, which starts threads with its own file, and fauxqs, which is a separate program.
 */
const EXTERNAL = /^(node:|@aws-sdk\/|@smithy\/|@nats-io\/|(koffi|piscina|fauxqs)(\/|$))/;

/** Modules that begin a file of the program; their static imports are in the same file. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  // Before the other files, because `main.ts` waits for those: they must not import it.
  start: ["cli/console", "cli/start", "posix/process"],
  cli: ["cli/cli", "cli/ending/ending"],
  list: ["scenario/shipped", "run/store/read", "cli/commands/listed-runs"],
  run: [
    ...["cli/running/running", "cli/running/estimates", "cli/targets"],
    ...["environment/knowledge", "storage/directory/index"],
  ],
};

/** Paths of the modules that start as a thread or process, without suffix, relative to `src`. */
function threadEntries(): readonly string[] {
  const files = readdirSync(SOURCE, { recursive: true }).map(String);
  return files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const starts = readFileSync(join(SOURCE, file), "utf8").matchAll(
        /threadModule\("([^"]+)", import\.meta\.url\)/g,
      );
      return [...starts].map(([, path = ""]) => posix.join(posix.dirname(file), path));
    })
    .sort();
}

/** Bundles one module and all that it loads; its other files are in a directory of its name. */
async function bundle(
  entry: string,
  files: typeof FILES,
  versions: Readonly<Record<string, string>>,
): Promise<readonly OutputChunk[]> {
  const build = await rolldown({
    input: { [entry]: join(SOURCE, `${entry}.ts`) },
    platform: "node",
    external: EXTERNAL,
    plugins: [asUnbundled(SOURCE)],
    transform: { define: { BUNDLED_VERSIONS: JSON.stringify(versions) } },
    checks: { ineffectiveDynamicImport: false },
    onLog(level, log) {
      if (level === "warn") throw new Error(log.message);
    },
  });
  const groups = Object.entries(files).map(([name, modules], at) => {
    const paths = new Set(modules.map((module) => join(SOURCE, `${module}.ts`)));
    return { name, test: (id: string) => paths.has(id), priority: 100 - at };
  });
  const { output } = await build.write({
    dir: DIST,
    entryFileNames: "[name].js",
    chunkFileNames: `${entry}/[name].js`,
    codeSplitting: { groups },
  });
  return output.filter((file): file is OutputChunk => file.type === "chunk");
}

rmSync(DIST, { recursive: true, force: true });
const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const bundled = Object.keys(dependencies).filter((name) => !EXTERNAL.test(name));
const versions = versionsOf(ROOT, bundled);
const chunks = [...(await bundle("main", FILES, versions))];
for (const entry of threadEntries()) {
  const shared = entry === "load/worker" ? { shared: ["load/work", "load/drive/events"] } : {};
  chunks.push(...(await bundle(entry, shared, versions)));
}
const packages = packagesOf(chunks.flatMap(({ moduleIds }) => moduleIds));
writeFileSync(join(DIST, "THIRD-PARTY-LICENSES"), licensesText(packages));
