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

/** The process's own streams. A reader that goes away (`| head`) ends the output without a word. */
export function processConsole(): Console {
  let closed = false;
  const ignoreClosedPipe = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
    closed = true;
  };
  process.stdout.on("error", ignoreClosedPipe);
  process.stderr.on("error", ignoreClosedPipe);
  const colour = process.env.NO_COLOR === undefined || process.env.NO_COLOR === "";
  return {
    out: (text) =>
      new Promise((resolve) => {
        if (closed) resolve();
        else process.stdout.write(text, () => resolve());
      }),
    error: (text) => {
      if (!closed) process.stderr.write(text);
    },
    live: process.stderr.isTTY === true && process.env.TERM !== "dumb",
    interactive: process.stdout.isTTY === true,
    colour: colour && process.stdout.isTTY === true,
    // A terminal that was never told its size says 0.
    columns: process.stderr.columns || 80,
  };
}
