import { Writable } from "node:stream";
import { codeOf, messageOf, PreflightError } from "../model/fault/errors.ts";
import { bounded, netted, printable, withoutCommand } from "../model/printable.ts";

/** Where the command line writes to: reports and paths to `out`, everything else to `error`. */
export interface Console {
  /** A rendered document, or lines whose foreign text is printable. */
  out(text: string): Promise<void>;
  /** One line, whatever is in it: all but its first and last line feed is shown, not obeyed. */
  error(text: string): void;
  /** Calls `hook` before each output: it removes a redrawn block. Null: there is no such block. */
  beforeOutput(hook: (() => void) | null): void;
  /** A command of GitHub Actions, whose parts are escaped for it. */
  annotate(command: string): void;
  /** Stderr if it is a terminal that can redraw lines, else null. */
  readonly terminal: Terminal | null;
  /** Whether stdout is a terminal. */
  readonly interactive: boolean;
  readonly colour: boolean;
  /** Width of stdout, where help is wrapped. */
  readonly pageColumns: number;
}

/** A terminal; its size follows that of its window. */
export interface Terminal extends Writable {
  readonly isTTY: true;
  readonly columns: number;
  readonly rows: number;
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
  readonly rows?: number;
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
  let beforeOutput: (() => void) | null = null;
  const write = (text: string): void => {
    if (!errorEnded) stderr.write(text);
  };
  const message = (text: string): void => {
    beforeOutput?.();
    write(text);
  };
  const interactive = stdout.isTTY === true;
  const colour = env.NO_COLOR === undefined || env.NO_COLOR === "";
  return {
    out: (text) =>
      new Promise((resolve, reject) => {
        if (outEnded) return resolve();
        beforeOutput?.();
        stdout.write(netted(text, interactive), (error) => {
          if (error == null || codeOf(error) === "EPIPE") resolve();
          else reject(unwritable(error));
        });
      }),
    error: (text) => message(errorLine(text)),
    annotate: (command) => message(`${printable(command)}\n`),
    beforeOutput: (hook) => {
      beforeOutput = hook;
    },
    terminal: stderr.isTTY === true && env.TERM !== "dumb" ? terminalOf(stderr, write) : null,
    interactive,
    colour: colour && interactive,
    pageColumns: stdout.columns ?? 100,
  };
}

/** The terminal behind stderr; `write` skips what cannot be written. */
function terminalOf(stderr: OutputStream, write: (text: string) => void): Terminal {
  const terminal = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      write(text);
      done();
    },
  });
  return Object.defineProperties(terminal, {
    isTTY: { value: true },
    // A terminal without a known size reports 0.
    columns: { get: () => stderr.columns || 80 },
    rows: { get: () => stderr.rows || 24 },
  }) as Terminal;
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
