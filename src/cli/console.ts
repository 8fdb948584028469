import type { Writable } from "node:stream";
import { codeOf, messageOf, PreflightError } from "../model/fault/errors.ts";
import { bounded, netted, printable, withoutCommand } from "../model/printable.ts";

/** Where the command line writes to: reports and paths to `out`, everything else to `error`. */
export interface Console {
  /** A rendered document, or lines whose foreign text is printable. */
  out(text: string): Promise<void>;
  /** One line, whatever is in it: all but its first and last line feed is shown, not obeyed. */
  error(text: string): void;
  /** Shows a line in the place of the last one that was redrawn; without text, takes it away. */
  redraw(text: string): void;
  /** A command of GitHub Actions, whose parts are escaped for it. */
  annotate(command: string): void;
  /** Whether stderr is a terminal that can redraw a line. */
  readonly live: boolean;
  /** Whether stdout is a terminal. */
  readonly interactive: boolean;
  readonly colour: boolean;
  /** Width of stderr, where a line is redrawn. */
  readonly columns: number;
  /** Width of stdout, where help is wrapped. */
  readonly pageColumns: number;
}

/** Where a process writes and what it is told: `process`, or what stands for it in a test. */
interface Streams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
}

/** A stream, which may be a terminal. */
interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * Writes to the streams of a process. A reader that goes away (`| head`) ends the output without a
 * word, and a stderr that cannot be written is left alone: a run is not to end because nobody can
 * be told.
 */
export function streamConsole({ stdout, stderr, env }: Streams): Console {
  let outEnded = false;
  let errorEnded = false;
  stdout.on("error", () => {
    outEnded = true;
  });
  stderr.on("error", () => {
    errorEnded = true;
  });
  const write = (text: string): void => {
    if (!errorEnded) stderr.write(text);
  };
  const interactive = stdout.isTTY === true;
  const colour = env.NO_COLOR === undefined || env.NO_COLOR === "";
  return {
    out: (text) =>
      new Promise((resolve, reject) => {
        if (outEnded) return resolve();
        stdout.write(netted(text, interactive), (error) => {
          if (error == null || codeOf(error) === "EPIPE") resolve();
          else reject(unwritable(error));
        });
      }),
    error: (text) => write(errorLine(text)),
    redraw: (text) => write(`\r${printable(text)}\u001b[K`),
    annotate: (command) => write(`${printable(command)}\n`),
    live: stderr.isTTY === true && env.TERM !== "dumb",
    interactive,
    colour: colour && interactive,
    // A terminal that was never told its size says 0.
    columns: stderr.columns || 80,
    pageColumns: stdout.columns ?? 100,
  };
}

/** More of a line than this is left out in its middle. */
const MAX_LINE = 10_000;

/** A line for stderr: line feeds at its ends are ours, all others may be of a foreign text. */
export function errorLine(text: string): string {
  const [, before = "", line = "", after = ""] = /^(\n?)(.*?)(\n?)$/s.exec(text) ?? [];
  return before + withoutCommand(printable(bounded(line, MAX_LINE))) + after;
}

/**
 * Says a message of several lines on stderr. `indent` is put before those after the first, so that
 * a line which a text from outside brought does not pass for one of ours.
 */
export function sayLines(console: Console, message: string, indent: string): void {
  for (const [index, line] of message.split("\n").entries()) {
    console.error(`${index === 0 || line.startsWith(" ") ? "" : indent}${line}\n`);
  }
}

function unwritable(error: Error): PreflightError {
  const why = codeOf(error) === "ENOSPC" ? "the disk is full" : messageOf(error);
  return new PreflightError(`cannot write to stdout: ${why}; send the output to another place`);
}
