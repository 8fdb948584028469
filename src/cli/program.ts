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
import { CHECK } from "./commands/check.ts";
import { CLEAN } from "./commands/clean.ts";
import { COMPARE } from "./commands/compare.ts";
import { FIND } from "./commands/find.ts";
import { LIST } from "./commands/list.ts";
import { REPORT } from "./commands/report.ts";
import { RUN } from "./commands/run.ts";
import { SELFTEST } from "./commands/selftest.ts";
import { VERIFY } from "./commands/verify.ts";
import { type Console, processConsole, sayLines } from "./console.ts";
import { interruptible, type Leave } from "./ending/signals.ts";
import { explainCommand, explainUsage, optionsOf } from "./suggest.ts";

const COMMANDS: readonly Command[] = [
  RUN,
  FIND,
  REPORT,
  COMPARE,
  VERIFY,
  CHECK,
  LIST,
  CLEAN,
  SELFTEST,
];

/**
 * Runs the command line and returns the exit code. `leave` ends the process where that cannot wait.
 */
export async function runCli(args: readonly string[], leave: Leave): Promise<number> {
  const console_ = processConsole();
  const version = packageVersion();
  const called: { run: () => Promise<number> } = { run: async () => EXIT.ok };
  const interrupt = interruptible(console_, leave);
  const context: CommandContext = { console: console_, version, interrupt };
  const parser = describe(yargs([...args]), version, args);
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
  let code: number;
  try {
    await parser.parseAsync();
    code = await called.run();
  } catch (error) {
    code = interrupt.signal.aborted ? EXIT.interrupted : explain(error, console_);
  } finally {
    interrupt.release();
  }
  // The normal way out would wait for threads that are blocked in what was given up.
  if (interrupt.signal.aborted || interrupt.stuck) leave(code, interrupt.stuck);
  return code;
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

function describe(parser: Argv, version: string, args: readonly string[]): Argv {
  return parser
    .scriptName("assay")
    .usage("$0 <command>\n\nMeasures storage and tests what is claimed of it.")
    .example("$0 run random-read --target /mnt/data", "what does this mount deliver?")
    .example("$0 list", "the scenarios and the stored runs")
    .version(version)
    .completion("completion", "print a completion script for your shell")
    .strict()
    .demandCommand(1, "which command?")
    .wrap(Math.min(100, process.stdout.columns ?? 100))
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
  return optionsOf(called.options(yargs([]).help(false).version(false)));
}

/** One sentence for what the user or the machine got wrong, a stack for what we did. */
function explain(error: unknown, console_: Console): number {
  if (error instanceof Error && "exitCode" in error && typeof error.exitCode === "number") {
    sayLines(console_, error.message, isListing(error) ? "" : "  ");
    return error.exitCode;
  }
  const reason = machineReason(error);
  if (reason !== null) {
    sayLines(console_, reason, "  ");
    return EXIT.machine;
  }
  const detail = error instanceof Error ? error.stack : messageOf(error);
  sayLines(console_, `This is a defect of assay, please report it:\n${detail}`, "  ");
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
