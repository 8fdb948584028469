import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "../storage/support.ts";
import { assayProcess, type ProcessOptions } from "./assay.ts";

/** Runs first in every thread: prints every module that is loaded, and the thread. */
export const TRACE = `
import { registerHooks } from "node:module";
import { writeSync } from "node:fs";
import { threadId } from "node:worker_threads";
registerHooks({
  load(url, context, next) {
    writeSync(2, "LOADED " + threadId + " " + url + "\\n");
    return next(url, context);
  },
});
`;

/** The files that a command loads, by thread; `built-in` modules are left out. */
export async function loadedBy(
  args: readonly string[],
  folder = scratch(),
  around: Pick<ProcessOptions, "bin" | "env"> = {},
): Promise<readonly (readonly string[])[]> {
  const hook = join(folder, "trace.mjs");
  writeFileSync(hook, TRACE);
  mkdirSync(join(folder, "data"), { recursive: true });
  const options = { ...around, cwd: folder, node: ["--import", hook] };
  const { stderr } = await assayProcess(args, options);
  const threads: string[][] = [];
  for (const [, thread, url = ""] of stderr.matchAll(/^LOADED (\d+) (file:.*)$/gm)) {
    threads[Number(thread)] ??= [];
    threads[Number(thread)]?.push(url);
  }
  return threads.filter((thread) => thread !== undefined);
}
