import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * Directory for what assay keeps on a host (XDG Base Directory Specification:
 * `$XDG_STATE_HOME/assay`, else `~/.local/state/assay`).
 */
export function stateHome({ XDG_STATE_HOME: home = "" }: NodeJS.ProcessEnv): string {
  return join(isAbsolute(home) ? home : join(homedir(), ".local", "state"), "assay");
}
