import type { Argv } from "yargs";
import type { Command } from "./command.ts";
import { makeParser } from "./yargs.ts";

/** One option or positional argument of a command, as its help describes it. */
export interface OptionDescription {
  readonly name: string;
  /** One-letter name; null if there is none. */
  readonly alias: string | null;
  /** Heading of its group in the help, without the colon. */
  readonly group: string;
  readonly description: string;
  /** The permitted values; empty if any value is permitted. */
  readonly choices: readonly string[];
  /** The default as the help shows it; null if there is none. */
  readonly byDefault: string | null;
  /** Whether it takes no value. */
  readonly isSwitch: boolean;
  /** Whether it can be given several times. */
  readonly isRepeatable: boolean;
  readonly isRequired: boolean;
  /** Whether it is accepted but left out of the help of the command. */
  readonly isHidden: boolean;
  readonly isPositional: boolean;
}

/** Heading of the positional arguments, in place of yargs' own. */
export const ARGUMENTS = "Arguments";

/** Returns the options of a command, in the order of its help. */
export function describeOptions(command: Command): readonly OptionDescription[] {
  const parser = command.options(makeParser([]).help(false).version(false));
  const { options, groups, descriptions, positionals } = tablesOf(parser);
  const aliases = new Set(Object.values(options.alias).flat());
  const names = Object.keys(options.key).filter((name) => !aliases.has(name));
  const grouped = Object.entries(groups).flatMap(([heading, members]) =>
    members.map((name) => {
      const group = heading === positionals ? ARGUMENTS : heading.replace(/:$/, "");
      return [name, group] as const;
    }),
  );
  const groupOf = new Map(grouped);
  const order = [...groupOf.keys(), ...names.filter((name) => !groupOf.has(name))];
  return order.map((name) => ({
    name,
    alias: options.alias[name]?.find((alias) => alias.length === 1) ?? null,
    group: groupOf.get(name) ?? "Options",
    description: (descriptions[name] ?? "").replace("__yargsString__:", ""),
    choices: options.choices[name] ?? [],
    byDefault: options.defaultDescription[name] ?? shown(options.default[name]),
    isSwitch: options.boolean.includes(name),
    // yargs lists repeatable options, but not repeatable arguments.
    isRepeatable: options.array.includes(name) || command.usage.includes(`${name}..`),
    isRequired: name in options.demandedOptions,
    isHidden: options.hiddenOptions.includes(name),
    isPositional: groupOf.get(name) === ARGUMENTS,
  }));
}

function shown(value: unknown): string | null {
  return value === undefined ? null : String(value);
}

/** Options of a yargs parser, which its types do not declare. */
interface YargsOptions {
  readonly key: Readonly<Record<string, true>>;
  readonly alias: Readonly<Record<string, readonly string[]>>;
  readonly choices: Readonly<Record<string, readonly string[]>>;
  readonly default: Readonly<Record<string, unknown>>;
  readonly defaultDescription: Readonly<Record<string, string | undefined>>;
  readonly demandedOptions: Readonly<Record<string, unknown>>;
  readonly array: readonly string[];
  readonly boolean: readonly string[];
  readonly hiddenOptions: readonly string[];
}

interface YargsParser {
  getOptions(): YargsOptions;
  getGroups(): Readonly<Record<string, readonly string[]>>;
  getInternalMethods(): {
    getUsageInstance(): {
      getDescriptions(): Readonly<Record<string, string | undefined>>;
      /** Depends on `updateStrings`, which changes the strings of all parsers. */
      getPositionalGroupName(): string;
      cacheHelpMessage(): void;
    };
  };
}

/**
 * Keeps a parser from rendering the help of a command that it has parsed, for which yargs takes
 * longer than for all else.
 */
export function skipHelp(parser: Argv): void {
  usageOf(parser as unknown as YargsParser).cacheHelpMessage = () => {};
}

function usageOf(parser: YargsParser) {
  return parser.getInternalMethods().getUsageInstance();
}

function tablesOf(parser: Argv) {
  const undeclared = parser as unknown as YargsParser;
  const usage = usageOf(undeclared);
  return {
    options: undeclared.getOptions(),
    groups: undeclared.getGroups(),
    descriptions: usage.getDescriptions(),
    positionals: usage.getPositionalGroupName(),
  };
}
