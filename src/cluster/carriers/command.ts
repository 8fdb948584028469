/**
 * Carriers: how messages reach another process. All start a program and use its standard input and
 * output (this file): `child.ts` starts assay on this host, `ssh.ts` on another one.
 */

import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { type Channel, Inbox, type Json } from "../channel.ts";
import { FrameError, FrameReader, frame } from "../frames.ts";

/** Characters of stderr that are kept. */
const MAX_WORDS = 4000;
/** Time for the last lines of stderr to arrive after the end of the process. */
const LAST_LINES_MS = 200;
/** Time that a process has to end by itself: longer than an agent needs. */
const KILL_MS = 15_000;

/** How a process ended. */
export interface ProcessEnd {
  /** Exit code; null if a signal ended the process. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Why it could not be started; null if it was. */
  readonly error: Error | null;
  /** Its last output, without escape sequences. */
  readonly words: string;
}

/**
 * Starts a program and exchanges messages over its standard input and output. It is not in the
 * process group of a terminal: Ctrl-C must leave time to store what was measured. `explain`
 * describes its end in one sentence.
 */
export function commandChannel(
  [program = "", ...parameters]: readonly string[],
  explain: (end: ProcessEnd) => string,
): Channel {
  const child = spawn(program, parameters, { stdio: ["pipe", "pipe", "pipe"], detached: true });
  const inbox = new Inbox();
  const reader = new FrameReader(false);
  let errors = "";
  let timer: NodeJS.Timeout | undefined;
  const words = (): string => {
    const parts = [reader.ignored, stripVTControlCharacters(errors).trim()];
    return parts.filter((part) => part !== "").join("\n");
  };
  const over = (code: number | null, signal: string | null, error: Error | null): void => {
    clearTimeout(timer);
    inbox.end(explain({ code, signal, error, words: words() }));
  };
  const close = (): void => {
    child.stdin.end();
    // Without a message, there may be no agent yet that would notice.
    if (!reader.started) child.kill();
    timer ??= setTimeout(() => child.kill("SIGKILL"), KILL_MS).unref();
  };
  child.stdin.on("error", () => {});
  child.stdout.on("data", (bytes: Buffer) => {
    try {
      for (const message of reader.read(bytes)) inbox.deliver(message);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      child.stdout.removeAllListeners("data").resume();
      inbox.end(error.message);
      close();
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-MAX_WORDS);
  });
  child.on("error", (error) => over(null, null, error));
  // A shared connection of ssh may hold stderr open: then there is no `close`.
  child.on("exit", (code, signal) => setTimeout(() => over(code, signal, null), LAST_LINES_MS));
  child.on("close", (code, signal) => over(code, signal, null));
  return {
    send(message: Json) {
      if (!inbox.ended && child.stdin.writable) child.stdin.write(frame(message));
    },
    onMessage: (listener) => inbox.onMessage(listener),
    onClosed: (listener) => inbox.onClosed(listener),
    close,
    lastWords: words,
  };
}

/** Returns the last line of a process's output; "" if there is none. */
export function lastLine(words: string): string {
  return (
    words
      .split("\n")
      .findLast((line) => line.trim() !== "")
      ?.trim() ?? ""
  );
}
