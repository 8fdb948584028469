import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { type OutputChunk, type Plugin, rolldown } from "rolldown";
import { asUnbundled } from "./plugin.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SOURCE = join(ROOT, "src/");

/**
 * Packages that are not bundled: native or optional ones, the AWS SDK, which only buckets need,
 * piscina, which starts threads with its own file, and fauxqs, which is a separate program.
 */
export const EXTERNAL = /^(node:|@aws-sdk\/|@smithy\/|@nats-io\/|(koffi|piscina|fauxqs)(\/|$))/;

/** Modules of the sources by the file that begins with them; their static imports are in it. */
type Files = Readonly<Record<string, readonly string[]>>;

/** Entry of the worker threads, the most numerous ones. */
export const WORKER = "load/worker";
/** Files that every worker loads; the other engines have separate files. */
const WORKER_FILES: Files = {
  shared: ["load/work", "load/drive/events", "engine/sync/sync"],
};

/** Paths of the modules that start as a thread or process, without suffix, relative to `src`. */
export function threadEntries(): readonly string[] {
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

/** A module and where its bundle goes. */
interface Bundle {
  /** Path without suffix, relative to `src`. */
  readonly entry: string;
  readonly dir: string;
  readonly versions?: Readonly<Record<string, string>>;
  readonly files?: Files;
  readonly plugins?: readonly Plugin[];
  /** Whether stack traces can name the sources (`node --enable-source-maps`). */
  readonly sourcemap?: boolean;
}

/** Bundles one module and all that it loads; its other files are in a directory of its name. */
export async function bundle({ entry, dir, ...options }: Bundle): Promise<readonly OutputChunk[]> {
  const { versions = {}, files = entry === WORKER ? WORKER_FILES : {}, plugins = [] } = options;
  const build = await rolldown({
    input: { [entry]: join(SOURCE, `${entry}.ts`) },
    platform: "node",
    external: EXTERNAL,
    plugins: [...plugins, asUnbundled(SOURCE)],
    transform: { define: { BUNDLED_VERSIONS: JSON.stringify(versions) } },
    checks: { ineffectiveDynamicImport: false },
    onLog(level, log) {
      if (level === "warn") throw new Error(log.message);
    },
  });
  const groups = Object.entries(files).map(([name, modules], at) => {
    const paths = new Set(modules.map((module) => join(SOURCE, `${module}.ts`)));
    const missing = [...paths].find((path) => !existsSync(path));
    if (missing !== undefined) throw new Error(`the file ${name} has no module ${missing}`);
    return { name, test: (id: string) => paths.has(id), priority: 100 - at };
  });
  const { output } = await build.write({
    dir,
    entryFileNames: "[name].js",
    chunkFileNames: `${entry}/[name].js`,
    codeSplitting: { groups },
    sourcemap: options.sourcemap ?? false,
  });
  return output.filter((file): file is OutputChunk => file.type === "chunk");
}
