/**
 * The command line: parses arguments, runs one command and turns errors into exit codes. Only this
 * folder prints: commands write to the `Console` they get and read nothing else of the process
 * (`start.ts` and `ending` read its limits and signals). Read `command.ts` first, then a command in
 * `commands`. `running` is shared by the commands that make runs, `completion` completes words in a
 * shell, `ending` handles interruption.
 */
import { readFileSync } from "node:fs";
import { orAborted } from "../model/abort.ts";
import {
  ComparisonRefused,
  EXIT,
  machineReason,
  messageOf,
  ScenarioError,
} from "../model/fault/errors.ts";
import type { Command, CommandContext } from "./command.ts";
import { COMPLETE_COMMAND } from "./completion/scripts.ts";
import { type Console, sayLines } from "./console.ts";

/** Runs the command line and returns the exit code. */
export async function runCli(
  args: readonly string[],
  caller: Omit<CommandContext, "version">,
): Promise<number> {
  const { console, interrupt } = caller;
  const version = packageVersion();
  const isVersion = args.length === 1 && args[0] === "--version";
  const loaded = isVersion ? null : await loadCommands();
  try {
    if (loaded === null) return await print(version, console);
    const { commands, parseLine } = loaded;
    if (args[0] === COMPLETE_COMMAND) return await complete(args.slice(1), commands, caller);
    const line = await parseLine(args, { commands, version, columns: console.pageColumns });
    if (line.kind === "command") {
      return await runCommand(line.command, line.parsed, { ...caller, version });
    }
    return await print(line.page, console);
  } catch (error) {
    return interrupt.signal.aborted ? EXIT.interrupted : explainError(error, console);
  } finally {
    interrupt.release();
  }
}

/** Loads the commands and their parser, which takes longer than all else before a command. */
async function loadCommands() {
  const { COMMANDS: commands } = await import("./commands/index.ts");
  const { parseLine } = await import("./parser.ts");
  return { commands, parseLine };
}

async function print(page: string, console: Console): Promise<number> {
  await console.out(`${page}\n`);
  return EXIT.ok;
}

/** Prints the words that a shell offers to complete a line. */
async function complete(
  words: readonly string[],
  commands: readonly Command[],
  { console, env }: Omit<CommandContext, "version">,
): Promise<number> {
  const { completionsOf } = await import("./completion/completion.ts");
  const found = await completionsOf(words, commands, env);
  const lines = found.map(({ word, description }) => `${word}\t${description}\n`);
  if (lines.length > 0) await console.out(lines.join(""));
  return EXIT.ok;
}

/**
 * Runs a command. After the first Ctrl-C it is only waited for if it ends by itself.
 */
async function runCommand(
  command: Command,
  parsed: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<number> {
  const running = command.run(parsed, context);
  if (command.endsItself === true) return running;
  return orAborted(running, context.interrupt.signal);
}

/** Prints one sentence for an error of the user or the host, a stack trace for an internal one. */
function explainError(error: unknown, console: Console): number {
  if (error instanceof Error && "exitCode" in error && typeof error.exitCode === "number") {
    sayLines(console, error.message, isListing(error) ? "" : "  ");
    return error.exitCode;
  }
  const reason = machineReason(error);
  if (reason !== null) {
    sayLines(console, reason, "  ");
    return EXIT.machine;
  }
  const detail = error instanceof Error ? error.stack : messageOf(error);
  sayLines(console, `internal error of assay; please report it:\n${detail}`, "  ");
  return EXIT.internal;
}

/** Whether every line of the message is written by assay, without text from outside. */
function isListing(error: Error): boolean {
  return error instanceof ScenarioError || error instanceof ComparisonRefused;
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed === "object" && parsed !== null && "version" in parsed) {
    return String(parsed.version);
  }
  return "unknown";
}
