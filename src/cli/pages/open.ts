import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import type { CommandContext } from "../command.ts";

/** Maximum time to wait for the program that opens a page, which may also stay open. */
const STARTS_WITHIN_MS = 3000;

/**
 * Opens a page in the browser of the desktop. Prints one sentence with its path on stderr if that
 * fails. Never waits for the browser.
 */
export async function openPage(
  path: string,
  { console, env }: Pick<CommandContext, "console" | "env">,
): Promise<void> {
  const problem = await openProblem(path, env);
  if (problem !== null) console.error(`cannot open a browser (${problem}); the page is ${path}\n`);
}

/** Why a page was not opened, or null. */
async function openProblem(path: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const isMac = process.platform === "darwin";
  const isDesktop = [env.DISPLAY, env.WAYLAND_DISPLAY, env.WSL_DISTRO_NAME].some(
    (value) => value !== undefined && value !== "",
  );
  if (!isMac && !isDesktop) return "no desktop on this host";
  const program = isMac ? "open" : "xdg-open";
  const child = spawn(program, [path], { detached: true, stdio: "ignore", env });
  const ended = new Promise<string | null>((resolve) => {
    child.once("error", () => resolve(`${program} is not installed`));
    child.once("exit", (code) => resolve(code === 0 ? null : `${program} failed`));
  });
  const abort = new AbortController();
  const late = wait(STARTS_WITHIN_MS, null, { signal: abort.signal }).catch(() => null);
  const problem = await Promise.race([ended, late]);
  abort.abort();
  child.unref();
  return problem;
}
