import { codeOf, messageOf, PreflightError } from "../model/errors.ts";

/** Where the command line writes to: reports and paths to `out`, everything else to `error`. */
export interface Console {
  out(text: string): Promise<void>;
  error(text: string): void;
  /** Whether stderr is a terminal that can redraw a line. */
  readonly live: boolean;
  /** Whether stdout is a terminal. */
  readonly interactive: boolean;
  readonly colour: boolean;
  readonly columns: number;
}

/**
 * The process's own streams. A reader that goes away (`| head`) ends the output without a word, and
 * a stderr that cannot be written is left alone: a run is not to end because nobody can be told.
 */
export function processConsole(): Console {
  let outEnded = false;
  let errorEnded = false;
  process.stdout.on("error", () => {
    outEnded = true;
  });
  process.stderr.on("error", () => {
    errorEnded = true;
  });
  const colour = process.env.NO_COLOR === undefined || process.env.NO_COLOR === "";
  return {
    out: (text) =>
      new Promise((resolve, reject) => {
        if (outEnded) return resolve();
        process.stdout.write(text, (error) => {
          if (error == null || codeOf(error) === "EPIPE") resolve();
          else reject(unwritable(error));
        });
      }),
    error: (text) => {
      if (!errorEnded) process.stderr.write(text);
    },
    live: process.stderr.isTTY === true && process.env.TERM !== "dumb",
    interactive: process.stdout.isTTY === true,
    colour: colour && process.stdout.isTTY === true,
    // A terminal that was never told its size says 0.
    columns: process.stderr.columns || 80,
  };
}

function unwritable(error: Error): PreflightError {
  const why = codeOf(error) === "ENOSPC" ? "the disk is full" : messageOf(error);
  return new PreflightError(`cannot write to stdout: ${why}; send the output to another place`);
}
