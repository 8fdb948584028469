import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Returns the URL of a thread's module: `path` without suffix, relative to `importer` (an
 * `import.meta.url`). The suffix is that of the importer: `.ts` in the sources, `.js` in the
 * package.
 */
export function threadModule(path: string, importer: string): URL {
  return new URL(`${path}${extname(fileURLToPath(importer))}`, importer);
}
