import type { Argv } from "yargs";
import { UsageError } from "../model/fault/errors.ts";
import { type Command, PROGRAM } from "./command.ts";
import { ARGUMENTS, describeOptions, skipHelp } from "./option-table.ts";
import { explainCommand, explainUsage, type KnownNames } from "./suggest.ts";
import { makeParser } from "./yargs.ts";

/** A command line as it was understood: a page to print, or a command to run. */
export type ParsedLine =
  | { readonly kind: "page"; readonly page: string }
  | {
      readonly kind: "command";
      readonly command: Command;
      readonly parsed: Readonly<Record<string, unknown>>;
    };

/** Properties of the program that pages show, and the width that they are wrapped to. */
export interface ParserOptions {
  readonly commands: readonly Command[];
  readonly version: string;
  readonly columns: number;
}

/** Widest page of help; longer lines are hard to read. */
const MAX_PAGE_COLUMNS = 100;

/**
 * Parses the arguments of the program.
 *
 * @throws UsageError for an unknown command or option, and for an invalid or missing value.
 */
export async function parseLine(
  line: readonly string[],
  options: ParserOptions,
): Promise<ParsedLine> {
  const { commands } = options;
  const { args, program } = splitProgram(helpArguments(line, commands), commands);
  const called: { line: ParsedLine | null } = { line: null };
  const parser = programParser(options);
  for (const command of commands) {
    parser.command(
      command.usage,
      command.summary,
      (builder: Argv) => command.options(builder).epilogue(examplesText(command.examples)),
      // Only noted: yargs would wait for a handler.
      (parsed: Record<string, unknown>) => {
        skipHelp(parser);
        called.line = { kind: "command", command, parsed: { ...parsed, [PROGRAM]: program } };
      },
    );
  }
  const shown = { page: "" };
  try {
    await parser.parseAsync([...args], {}, (_error, _parsed, page) => {
      shown.page = page;
    });
  } catch (error) {
    if (error instanceof InvalidLine) throw new UsageError(await explain(error, args, commands));
    throw error;
  }
  return called.line ?? { kind: "page", page: shown.page };
}

/** An invalid line, in yargs' words. */
class InvalidLine extends Error {}

/** Replaces `help` and `help <command>` by `--help`; other topics are for the command `help`. */
function helpArguments(args: readonly string[], commands: readonly Command[]): readonly string[] {
  const [first, topic] = args;
  if (first !== "help" || args.length > 2) return args;
  if (topic === undefined) return ["--help"];
  return commands.some(({ usage }) => nameOf(usage) === topic) ? [topic, "--help"] : args;
}

/**
 * Splits off the program that a command runs: the words after `--`, of which yargs would parse
 * those that begin with a dash.
 */
function splitProgram(line: readonly string[], commands: readonly Command[]) {
  const called = commands.find(({ usage }) => nameOf(usage) === line[0]);
  const at = called?.runsProgram === true ? line.indexOf("--") : -1;
  if (at < 0) return { args: line, program: [] };
  return { args: line.slice(0, at), program: line.slice(at + 1) };
}

function programParser({ version, columns }: ParserOptions): Argv {
  return makeParser()
    .scriptName("assay")
    .usage("$0 <command>\n\nMeasures storage and tests published claims about it.")
    .epilogue(examplesText(PROGRAM_EXAMPLES))
    .updateStrings({ "Positionals:": `${ARGUMENTS}:` })
    .version(version)
    .group(["help", "version"], "General:")
    .strict()
    .demandCommand(1, "a command is required")
    .wrap(Math.min(MAX_PAGE_COLUMNS, columns))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message: string, error: unknown) => {
      // yargs throws its own class for some invalid lines and passes only a message for others.
      if (error instanceof Error && error.name !== "YError") throw error;
      throw new InvalidLine(error instanceof Error ? error.message : message);
    });
}

const PROGRAM_EXAMPLES: Command["examples"] = [
  ["$0 check random-read --target /mnt/data", "Check whether a target supports a scenario"],
  ["$0 run random-read --target /mnt/data", "Measure it and store the result"],
  ["$0 report RUN", "Print the report; RUN is an id from `assay list`"],
];

/** One line per command, so that it can be copied: yargs would break it in two columns. */
function examplesText(examples: Command["examples"]): string {
  const lines = examples.flatMap(([command, meaning]) => [`  # ${meaning}`, `  ${command}`]);
  return ["Examples:", ...lines].join("\n");
}

async function explain(
  { message }: InvalidLine,
  args: readonly string[],
  commands: readonly Command[],
): Promise<string> {
  const [name] = args;
  const called = commands.find(({ usage }) => nameOf(usage) === name);
  if (called === undefined && name !== undefined && !name.startsWith("-")) {
    const names = commands.map(({ usage }) => nameOf(usage));
    return explainCommand(name, names);
  }
  return explainUsage(message, await knownNames(called), called?.usage ?? null);
}

/** Returns the name of a command from its usage: `run` of `run <scenario..>`. */
export function nameOf(usage: string): string {
  return usage.split(" ")[0] ?? usage;
}

/** Names that the command that was called knows, to suggest the nearest spelling. */
async function knownNames(called: Command | undefined): Promise<KnownNames> {
  if (called === undefined) return { options: ["help", "version"], nearestValue: null };
  const described = describeOptions(called).filter(({ isPositional }) => !isPositional);
  const options = described.map(({ name }) => name);
  if (!options.includes("set")) return { options, nearestValue: null };
  const { nearestSetting } = await import("../scenario/plan/set.ts");
  return { options, nearestValue: nearestSetting };
}
