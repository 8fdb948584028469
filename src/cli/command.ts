import type { Argv } from "yargs";
import type { TargetSpec } from "../model/target/target.ts";
import type { Console } from "./console.ts";

/** What every command is given. */
export interface CommandContext {
  readonly console: Console;
  /** The environment variables that a command reads. */
  readonly env: NodeJS.ProcessEnv;
  /** That of the package. */
  readonly version: string;
  /** Aborted by the first Ctrl-C; what the command then still does, and how long that may take. */
  readonly interrupt: Interruptible;
}

/** How a command is interrupted, and what it owes before it ends. */
export interface Interruptible {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Set while data of a run may be in a target: how to remove it. */
  leftBehind: (() => string) | null;
  /** What the command still does after the first signal, for the message; null: nothing. */
  duty: (() => string) | null;
  /** How long that may take, milliseconds; the process ends then, whatever it waits for. */
  endsWithinMs: number;
  /** True where a thread is known to be blocked: `process.exit` would wait for it. */
  stuck: boolean;
  /** Has a Ctrl-C end the process also while the storage of these targets does not respond. */
  watch(targets: readonly TargetSpec[]): void;
  /** Gives the signals back. */
  release(): void;
}

/**
 * One command of the command line. Its module loads nothing heavy: what `run` needs is imported
 * when it is called, so that `--help` stays quick.
 */
export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /**
   * True: after the first Ctrl-C the command ends by itself, within `interrupt.endsWithinMs`. Else
   * it changes nothing outside this process, and nothing is waited for.
   */
  readonly endsItself?: boolean;
  options(parser: Argv): Argv;
  /** Returns the exit code; throws what `cli.ts` explains. */
  run(parsed: Readonly<Record<string, unknown>>, context: CommandContext): Promise<number>;
}

/** A string option, or undefined where it was not given; the last one where it was given twice. */
export function text(parsed: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return texts(parsed, name).at(-1);
}

/** A repeatable option as a list. */
export function texts(parsed: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = parsed[name];
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** Whether a switch is on. */
export function flag(parsed: Readonly<Record<string, unknown>>, name: string): boolean {
  return parsed[name] === true;
}
