import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Where the module of a thread is: `path` without its ending, relative to `importer`, an
 * `import.meta.url`. Sources run as `.ts`, the published package as `.js`, and threads are of the
 * same kind.
 */
export function threadModule(path: string, importer: string): URL {
  return new URL(`${path}${extname(fileURLToPath(importer))}`, importer);
}
