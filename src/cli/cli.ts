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
import { COMMANDS } from "./commands/index.ts";
import { COMPLETE_COMMAND } from "./completion/scripts.ts";
import { type Console, sayLines } from "./console.ts";
import { nameOf, parseLine } from "./parser.ts";

/** Runs the command line and returns the exit code. */
export async function runCli(
  args: readonly string[],
  caller: Omit<CommandContext, "version">,
): Promise<number> {
  const { console, interrupt } = caller;
  const version = packageVersion();
  try {
    if (args[0] === COMPLETE_COMMAND) return await complete(args.slice(1), caller);
    const options = { commands: COMMANDS, version, columns: console.pageColumns };
    const line = await parseLine(helpArguments(args), options);
    if (line.kind === "command") {
      return await runCommand(line.command, line.parsed, { ...caller, version });
    }
    await console.out(`${line.page}\n`);
    return EXIT.ok;
  } catch (error) {
    return interrupt.signal.aborted ? EXIT.interrupted : explainError(error, console);
  } finally {
    interrupt.release();
  }
}

/** Replaces `help` and `help <command>` by `--help`; other topics are for the command `help`. */
function helpArguments(args: readonly string[]): readonly string[] {
  const [first, topic] = args;
  if (first !== "help" || args.length > 2) return args;
  if (topic === undefined) return ["--help"];
  return COMMANDS.some(({ usage }) => nameOf(usage) === topic) ? [topic, "--help"] : args;
}

/** Prints the words that a shell offers to complete a line. */
async function complete(
  words: readonly string[],
  { console, env }: Omit<CommandContext, "version">,
): Promise<number> {
  const { completionsOf } = await import("./completion/completion.ts");
  const found = await completionsOf(words, COMMANDS, env);
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
