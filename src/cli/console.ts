import { fstatSync, readlinkSync } from "node:fs";
import { dirname } from "node:path";
import { Writable } from "node:stream";
import { codeOf, messageOf, PreflightError } from "../model/fault/errors.ts";
import { bounded, netted, printable, withoutCommand } from "../model/printable.ts";

/** Output of the command line: results go to `out`, everything else to `error`. */
export interface Console {
  /** Writes a rendered document, or lines whose text from outside is printable. */
  out(text: string): Promise<void>;
  /** Writes one line; control characters inside it are shown, not sent to the terminal. */
  error(text: string): void;
  /** Calls `hook` before each output: it removes a redrawn block. Null: there is no such block. */
  beforeOutput(hook: (() => void) | null): void;
  /** Writes a workflow command of GitHub Actions, whose parts are escaped. */
  annotate(command: string): void;
  /** Stderr if it is a terminal that can redraw lines, else null. */
  readonly terminal: Terminal | null;
  /** Directory of the file that stdout is; null if it is a pipe or a terminal. */
  outFolder(): string | null;
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

/** Streams and environment of a process, or their replacement in a test. */
interface Streams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
}

/** A stream, which may be a terminal. */
interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly fd?: number;
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * Writes to the streams of a process. If the reader of stdout exits (`| head`), output ends
 * silently. Errors of stderr are ignored: a run must not end because messages cannot be written.
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
    outFolder: () => folderOf(stdout.fd),
    interactive,
    colour: colour && interactive,
    pageColumns: stdout.columns ?? 100,
  };
}

function folderOf(fd: number | undefined): string | null {
  if (fd === undefined) return null;
  try {
    return fstatSync(fd).isFile() ? dirname(readlinkSync(`/proc/self/fd/${fd}`)) : null;
  } catch {
    return null;
  }
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

/** Maximum characters of a line; the middle of a longer one is omitted. */
const MAX_LINE = 10_000;

/** Returns a line for stderr: only line feeds at its ends are kept, others may be foreign. */
export function errorLine(text: string): string {
  const [, before = "", line = "", after = ""] = /^(\n?)(.*?)(\n?)$/s.exec(text) ?? [];
  return before + withoutCommand(printable(bounded(line, MAX_LINE))) + after;
}

/**
 * Writes a message of several lines to stderr. `indent` precedes every line after the first, so
 * that a line of a text from outside cannot be mistaken for a message of assay.
 */
export function sayLines(console: Console, message: string, indent: string): void {
  for (const [index, line] of message.split("\n").entries()) {
    console.error(`${index === 0 || line.startsWith(" ") ? "" : indent}${line}\n`);
  }
}

function unwritable(error: Error): PreflightError {
  const reason = codeOf(error) === "ENOSPC" ? "the disk is full" : messageOf(error);
  return new PreflightError(`cannot write to stdout: ${reason}; send the output to another place`);
}
