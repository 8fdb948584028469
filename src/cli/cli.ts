/**
 * The command line: parses arguments, runs one command and turns what it throws into an exit code.
 * Only this folder prints: commands through the `Console` they are given, and they read nothing of
 * the process (`start.ts` and `ending` do, for its limits and signals). Read
 * `command.ts` first, then a command in `commands`; `running` is what those that make runs share,
 * `ending` how a command is interrupted.
 */
import { readFileSync } from "node:fs";
import yargs, { type Argv } from "yargs";
import { orAborted } from "../model/abort.ts";
import {
  ComparisonRefused,
  EXIT,
  machineReason,
  messageOf,
  ScenarioError,
  UsageError,
} from "../model/fault/errors.ts";
import type { Command, CommandContext } from "./command.ts";
import { COMMANDS } from "./commands/index.ts";
import { type Console, sayLines } from "./console.ts";
import { describeOptions } from "./option-table.ts";
import { explainCommand, explainUsage } from "./suggest.ts";

/** Runs the command line and returns the exit code. */
export async function runCli(
  args: readonly string[],
  caller: Omit<CommandContext, "version">,
): Promise<number> {
  const { console, interrupt } = caller;
  const version = packageVersion();
  const context: CommandContext = { ...caller, version };
  const called: { run: () => Promise<number> } = { run: async () => EXIT.ok };
  const parser = describe(yargs(), version, args, console.pageColumns);
  for (const command of COMMANDS) {
    parser.command(
      command.usage,
      command.summary,
      (builder: Argv) => {
        for (const [example, meaning] of command.examples) builder.example(example, meaning);
        return command.options(builder);
      },
      // Not run in here: while a handler's promise is out, yargs writes a help text, to have one.
      (parsed: Record<string, unknown>) => {
        called.run = () => runCommand(command, parsed, context);
      },
    );
  }
  try {
    const page = { text: "" };
    await parser.parseAsync([...args], {}, (_error, _parsed, text) => {
      page.text = text;
    });
    if (page.text !== "") await console.out(`${page.text}\n`);
    return await called.run();
  } catch (error) {
    return interrupt.signal.aborted ? EXIT.interrupted : explain(error, console);
  } finally {
    interrupt.release();
  }
}

/** Runs a command; one that does not end by itself is not waited for after the first Ctrl-C. */
async function runCommand(
  command: Command,
  parsed: Record<string, unknown>,
  context: CommandContext,
): Promise<number> {
  const running = command.run(parsed, context);
  if (command.endsItself === true) return running;
  return orAborted(running, context.interrupt.signal);
}

function describe(parser: Argv, version: string, args: readonly string[], columns: number): Argv {
  return parser
    .scriptName("assay")
    .usage("$0 <command>\n\nMeasures storage and tests what is claimed of it.")
    .example("$0 run random-read --target /mnt/data", "what does this mount deliver?")
    .example("$0 list", "the scenarios and the stored runs")
    .version(version)
    .completion("completion", "print a completion script for your shell")
    .strict()
    .demandCommand(1, "which command?")
    .wrap(Math.min(100, columns))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message: string, error: unknown) => {
      // yargs throws its own class for some mistakes of the user's and only a message for others.
      if (error instanceof Error && error.name !== "YError") throw error;
      const said = error instanceof Error ? error.message : message;
      throw new UsageError(explainWrong(said, args));
    });
}

function explainWrong(said: string, args: readonly string[]): string {
  const [name] = args;
  const called = COMMANDS.find(({ usage }) => nameOf(usage) === name);
  if (called === undefined && name !== undefined && !name.startsWith("-")) {
    const names = COMMANDS.map(({ usage }) => nameOf(usage));
    return explainCommand(name, [...names, "completion"]);
  }
  return explainUsage(said, optionNames(called), called?.usage ?? null);
}

function nameOf(usage: string): string {
  return usage.split(" ")[0] ?? usage;
}

/** The options of the command that was called, for the nearest spelling. */
function optionNames(called: Command | undefined): readonly string[] {
  if (called === undefined) return ["help", "version"];
  return describeOptions(called).map(({ name }) => name);
}

/** One sentence for what the user or the machine got wrong, a stack for what we did. */
function explain(error: unknown, console: Console): number {
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
  sayLines(console, `This is a defect of assay, please report it:\n${detail}`, "  ");
  return EXIT.internal;
}

/** Whether each line of a message is one of its own, and nothing from outside breaks lines. */
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
