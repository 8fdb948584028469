import { registerHooks } from "node:module";
import { threadModule } from "../model/thread-module.ts";

/**
 * Loads yargs, for all other files. yargs and cliui each load an own version of string-width, whose
 * tables of emoji took a third of the time of `assay --help`; here they get `page-width.ts`. The
 * hook ends immediately, because it slows every later import.
 */
const WIDTH = threadModule("./page-width", import.meta.url).href;
const hooks = registerHooks({
  resolve(name, context, next) {
    const isPage = /\/node_modules\/(yargs|cliui)\//.test(context.parentURL ?? "");
    if (name === "string-width" && isPage) return { url: WIDTH, shortCircuit: true };
    return next(name, context);
  },
});
const { default: makeParser } = await import("yargs");
hooks.deregister();

export { makeParser };
