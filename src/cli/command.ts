import type { Argv } from "yargs";
import type { TargetSpec } from "../model/target/target.ts";
import type { Console } from "./console.ts";

/** Everything that a command gets apart from its arguments. */
export interface CommandContext {
  readonly console: Console;
  /** The environment variables that a command reads. */
  readonly env: NodeJS.ProcessEnv;
  /** Version of the package. */
  readonly version: string;
  /** State of an interruption by Ctrl-C. */
  readonly interrupt: Interruptible;
}

/** How a command is interrupted, and what it must do before it ends. */
export interface Interruptible {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Returns how to remove data of a run; null while there is none in a target. */
  leftBehind: (() => string) | null;
  /** Returns what the command still does after the first signal; null if nothing. */
  duty: (() => string) | null;
  /** Maximum time for it in milliseconds; then the process ends. */
  endsWithinMs: number;
  /** Whether a thread is blocked, so that `process.exit` would wait for it. */
  stuck: boolean;
  /** Lets Ctrl-C end the process even if the storage of these targets does not respond. */
  watch(targets: readonly TargetSpec[]): void;
  /** Removes the signal handlers. */
  release(): void;
}

/**
 * One command of the command line. Its module imports no large module at the top: `run` imports
 * them when it is called, to keep `--help` fast.
 */
export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /**
   * Whether the command ends by itself after the first Ctrl-C, within `interrupt.endsWithinMs`. A
   * command that changes nothing outside this process is not waited for.
   */
  readonly endsItself?: boolean;
  /** Whether the words after `--` are a program to run; the parsed line has them as `PROGRAM`. */
  readonly runsProgram?: boolean;
  options(parser: Argv): Argv;
  /** Returns the exit code; `cli.ts` explains errors. */
  run(parsed: Readonly<Record<string, unknown>>, context: CommandContext): Promise<number>;
}

/** Name of the parsed words after `--`, for a command that runs a program. */
export const PROGRAM = "--";

/** Returns a string option, the last value if repeated; undefined if absent. */
export function text(parsed: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return texts(parsed, name).at(-1);
}

/** Returns a repeatable option as a list. */
export function texts(parsed: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = parsed[name];
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** Whether a switch is on. */
export function flag(parsed: Readonly<Record<string, unknown>>, name: string): boolean {
  return parsed[name] === true;
}

/** Quotes a word for a POSIX shell. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_/.:=@%+,-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
