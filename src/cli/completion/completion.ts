/**
 * Completion of a command line in a shell: `scripts.ts` has the script of each shell, which calls
 * assay with the words so far; this file finds the words that can follow, `values.ts` looks up the
 * values of arguments and options, such as run ids. A lookup that fails offers nothing: a message
 * would garble the line that is being typed.
 */
import type { Command } from "../command.ts";
import { describeOptions, type OptionDescription } from "../option-table.ts";
import { nameOf } from "../parser.ts";
import { type Completion, type Lookup, valuesOf } from "./values.ts";

/**
 * Returns the words that can take the place of the last one, which may be empty. No words: the
 * shell completes file names.
 */
export async function completionsOf(
  words: readonly string[],
  commands: readonly Command[],
  env: NodeJS.ProcessEnv,
): Promise<readonly Completion[]> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const command = commands.find(({ usage }) => nameOf(usage) === before[0]);
  const found =
    command === undefined
      ? commandWords(commands, before)
      : await argumentWords(command, before.slice(1), current, env);
  return found.filter(({ word }) => word.startsWith(current));
}

function commandWords(commands: readonly Command[], before: readonly string[]) {
  if (before.length > 0) return [];
  const names = commands.map(({ usage, summary }) => ({
    word: nameOf(usage),
    description: summary,
  }));
  return [...names, ...GENERAL_OPTIONS];
}

const GENERAL_OPTIONS: readonly Completion[] = [
  { word: "--help", description: "show help" },
  { word: "--version", description: "show the version number" },
];

async function argumentWords(
  command: Command,
  before: readonly string[],
  current: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly Completion[]> {
  const options = describeOptions(command);
  const line = readLine(options, before);
  const lookup: Lookup = { command: nameOf(command.usage), given: line.given, env };
  const { pending } = line;
  if (pending !== null) return valuesOf(pending, lookup);
  if (current.startsWith("-")) return optionWords(options, line.given);
  const positional = nextPositional(options, line.given);
  if (positional === null) return [];
  const values = await valuesOf(positional, lookup);
  const used = line.given.get(positional.name) ?? [];
  return values.filter(({ word }) => !used.includes(word));
}

/** Options that are not given yet, or can be given again; switches in both forms are left out. */
function optionWords(
  options: readonly OptionDescription[],
  given: ReadonlyMap<string, readonly string[]>,
): readonly Completion[] {
  const offered = options
    .filter(({ isPositional, isHidden }) => !isPositional && !isHidden)
    .filter(({ name, isRepeatable }) => isRepeatable || !given.has(name))
    .map(({ name, description }) => ({ word: `--${name}`, description }));
  return [...offered, ...GENERAL_OPTIONS.slice(0, 1)];
}

/** The argument that the next word is; null: the command takes no further one. */
function nextPositional(
  options: readonly OptionDescription[],
  given: ReadonlyMap<string, readonly string[]>,
): OptionDescription | null {
  const positionals = options.filter(({ isPositional }) => isPositional);
  return positionals.find(({ name, isRepeatable }) => isRepeatable || !given.has(name)) ?? null;
}

/** The values so far by name of option or argument, and the option that waits for its value. */
function readLine(options: readonly OptionDescription[], before: readonly string[]) {
  const given = new Map<string, string[]>();
  let pending: OptionDescription | null = null;
  const add = (name: string, value: string): void => {
    given.set(name, [...(given.get(name) ?? []), value]);
  };
  for (const word of before) {
    if (pending !== null) {
      add(pending.name, word);
      pending = null;
      continue;
    }
    const option = optionOf(options, word);
    if (option === null) {
      const positional = nextPositional(options, given);
      if (positional !== null && !word.startsWith("-")) add(positional.name, word);
    } else if (option.isSwitch) add(option.name, "");
    else if (word.includes("=")) add(option.name, word.slice(word.indexOf("=") + 1));
    else pending = option;
  }
  return { given, pending };
}

function optionOf(options: readonly OptionDescription[], word: string): OptionDescription | null {
  const [, dashes = "", name = ""] = /^(--?)([^=]+)/.exec(word) ?? [];
  if (dashes === "") return null;
  const isShort = dashes === "-";
  return (
    options
      .filter(({ isPositional }) => !isPositional)
      .find((option) => (isShort ? option.alias === name : option.name === name)) ?? null
  );
}
