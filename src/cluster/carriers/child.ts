import { fileURLToPath } from "node:url";
import type { Channel } from "../channel.ts";
import { shown } from "../frames.ts";
import { commandChannel, lastLine, type ProcessEnd } from "./command.ts";

/** The program of this installation, from sources as in the package. */
const PROGRAM = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));

/** Starts an agent on this host, with the flags of Node and the environment of this process. */
export function openChild(): Channel {
  return commandChannel([process.execPath, ...process.execArgv, PROGRAM, "agent"], explain);
}

function explain({ code, signal, error, words }: ProcessEnd): string {
  if (error !== null) return `its process could not be started: ${error.message}`;
  const end = signal === null ? `exit code ${code}` : `ended by ${signal}`;
  const line = shown(lastLine(words));
  return `its process has ended (${end})${line === "" ? "" : `: ${line}`}`;
}
