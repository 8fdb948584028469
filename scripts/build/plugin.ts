import { posix } from "node:path";
import type { Plugin } from "rolldown";

/** Stands for the path from a file to `dist` until the name of the file is known. */
const DIST = "@@dist@@";
const PAKO = "\0pako";

/** Replaces the compression in JavaScript of hdr-histogram-js by the faster one of Node. */
const PAKO_CODE = 'export { deflateSync as deflate, inflateSync as inflate } from "node:zlib";';
/** In a bundle, `resolveId` gives yargs the fast `page-width.ts`; no hook is needed. */
const YARGS_CODE = 'import makeParser from "yargs"; export { makeParser };';

/**
 * Bundles modules so that they work as they do unbundled: `import.meta.url` is the URL that the
 * compiled module would have on its own, wherever its code is. `source`: directory of the modules.
 */
export function asUnbundled(source: string): Plugin {
  return {
    name: "as-unbundled",
    resolveId(name, importer = "") {
      if (name === "pako") return PAKO;
      const isPage = /\/node_modules\/(yargs|cliui)\//.test(importer);
      return name === "string-width" && isPage ? `${source}cli/page-width.ts` : null;
    },
    load(id) {
      if (id === PAKO) return PAKO_CODE;
      return id === `${source}cli/yargs.ts` ? YARGS_CODE : null;
    },
    transform(code, id) {
      if (id.includes("/node_modules/hdr-histogram-js/")) {
        return code.replaceAll(/eval\('(require\("zlib"\)\.\w+)'\)/g, "$1");
      }
      if (!id.startsWith(source)) return null;
      const path = id.slice(source.length).replace(/\.ts$/, ".js");
      const url = `new URL("${DIST}/${path}", import.meta.url).href`;
      return unmapped(code.replaceAll("import.meta.url", url));
    },
    renderChunk(code, { fileName }) {
      const up = posix.relative(posix.dirname(fileName), "") || ".";
      return unmapped(code.replaceAll(DIST, up));
    },
  };
}

/** A changed text whose lines are as before, so that the source map stays right for lines. */
function unmapped(code: string): { readonly code: string; readonly map: null } {
  return { code, map: null };
}
