/**
 * Child processes of the scripts: a command in the foreground with its signals, and in `keeper.ts`
 * a server that ends with this process, even if it is killed.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { messageOf } from "../../model/fault/errors.ts";
import { type Signals, signalCode } from "./signals.ts";

const CANNOT_RUN = 127;

/**
 * Runs a command in the foreground with additional environment variables and passes signals on to
 * it. Resolves with the exit code that a shell would show; logs a failure to start.
 */
export async function execute(
  command: string,
  parameters: readonly string[],
  variables: Readonly<Record<string, string>>,
  signals: Signals,
  log: (line: string) => void,
): Promise<number> {
  const env = { ...process.env, ...variables };
  const child = spawn(command, parameters, { env, stdio: "inherit" });
  signals.onSignal((signal) => {
    // A terminal sends Ctrl-C to the command too, and a second one may have another meaning.
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    child.kill(signal);
  });
  try {
    const [code, signal] = await once(child, "exit");
    if (typeof code === "number") return code;
    return signalCode(signal as NodeJS.Signals);
  } catch (error) {
    log(`cannot run ${command}: ${messageOf(error)}`);
    return CANNOT_RUN;
  }
}
