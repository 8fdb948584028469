import { rmSync, writeFileSync } from "node:fs";
import { codeOf, messageOf, PreflightError } from "../../model/fault/errors.ts";
import { quoted } from "../carriers/words.ts";
import type { LaunchContext, Launched, Launcher } from "./launcher.ts";

/** How the user gets the command and the credentials of the agents. */
export interface ManualOptions {
  /** Path of the agents' credentials file, which must not exist yet. */
  readonly file: string;
  /** Prints a line. */
  readonly print: (line: string) => void;
}

/** Lets the user start the agents: prints the command, and writes their credentials to a file. */
export function manualLauncher(options: ManualOptions): Launcher {
  return { start: (context) => start(options, context) };
}

function start(
  { file, print }: ManualOptions,
  { command, nodes, ...rest }: LaunchContext,
): Launched {
  writeSecret(file, rest.credentials);
  const line = [...command, "--nats-credentials", file].map(quoted).join(" ");
  const where = nodes === 1 ? "one host" : `each of ${nodes} hosts`;
  print(`Credentials of the agents (mode 0600, removed after the run): ${file}`);
  print(`Copy this file to every host, then start an agent on ${where}:`);
  print(`  ${line}`);
  let isWritten = true;
  return {
    // Only the user knows: the join timeout of the coordinator ends the wait.
    failed: new Promise(() => {}),
    isQueued: () => false,
    lastWords: () => "",
    async stop() {
      if (isWritten) rmSync(file, { force: true });
      isWritten = false;
    },
  };
}

/** Writes a file that only this user can read. @throws PreflightError if it exists already */
function writeSecret(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const remedy =
      codeOf(error) === "EEXIST"
        ? "another run uses it, or an earlier one was killed; then remove it"
        : "name a directory that you may write to";
    throw new PreflightError(`the agents' credentials: ${messageOf(error)}; ${remedy}`);
  }
}
