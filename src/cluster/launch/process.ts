import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import type { ProcessEnd } from "../carriers/command.ts";
import { shown } from "../frames.ts";

/** Number of output lines that are kept. */
const MAX_LINES = 200;
/** Maximum length of a line that is kept. */
const MAX_CHARACTERS = 2000;
/** Time for the last lines to arrive after the end of the process. */
const LAST_LINES_MS = 200;

/** A process that starts agents, or is one. */
export interface LaunchedProcess {
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Lines of its output, oldest first, without escape sequences; the last 200. */
  readonly lines: readonly string[];
  /** Sends a signal; does nothing after the end. */
  kill(signal: NodeJS.Signals): void;
}

interface LaunchOptions {
  /** Text that it reads from its standard input, which then ends. */
  readonly input: string;
  readonly env: NodeJS.ProcessEnv;
  /** Called with each line of its output. */
  readonly onLine?: (line: string) => void;
}

/**
 * Starts a program with a text on its standard input. It is not in the process group of a
 * terminal: at Ctrl-C, the coordinator stores the run and then ends the agents.
 */
export function launchProcess(
  [program = "", ...parameters]: readonly string[],
  { input, env, onLine }: LaunchOptions,
): LaunchedProcess {
  const child = spawn(program, parameters, { stdio: "pipe", env, detached: true });
  const lines: string[] = [];
  const keep = (text: string): void => {
    const line = stripVTControlCharacters(text).trimEnd().slice(0, MAX_CHARACTERS);
    if (line === "") return;
    lines.push(line);
    if (lines.length > MAX_LINES) lines.shift();
    onLine?.(line);
  };
  const flushes = [child.stdout, child.stderr].map((stream) => readLines(stream, keep));
  const ended = new Promise<ProcessEnd>((resolve) => {
    const over = (code: number | null, signal: string | null, error: Error | null): void => {
      for (const flush of flushes) flush();
      resolve({ code, signal, error, words: lines.join("\n") });
    };
    child.on("error", (error) => over(null, null, error));
    // A process that it left behind may hold stderr open: then there is no `close`.
    child.on("exit", (code, signal) => setTimeout(() => over(code, signal, null), LAST_LINES_MS));
    child.on("close", (code, signal) => over(code, signal, null));
  });
  // It may end before it reads: its end is what is reported.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return { ended, lines, kill: (signal) => void child.kill(signal) };
}

/** Calls `keep` with each line; the function that is returned passes on the rest. */
function readLines(stream: NodeJS.ReadableStream, keep: (line: string) => void): () => void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = (parts.pop() ?? "").slice(-MAX_CHARACTERS);
    for (const part of parts) keep(part);
  });
  return () => {
    const last = rest;
    rest = "";
    keep(last);
  };
}

/** Waits for the end of a process for at most some time; returns whether it has ended. */
export async function endsWithin(
  { ended }: Pick<LaunchedProcess, "ended">,
  limitMs: number,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), limitMs);
  const isOver = await Promise.race([ended.then(() => true), promise]);
  clearTimeout(timer);
  return isOver;
}

/** `: ` and a line for the end of a sentence; "" for no line. */
export function afterColon(line: string | undefined): string {
  const text = shown(line ?? "");
  return text === "" ? "" : `: ${text}`;
}
