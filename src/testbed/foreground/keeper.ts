import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";

/**
 * A shell is the server's parent and survives this process, even if that is killed. When the
 * shell's standard input ends, it ends the server and removes the directory, unless a line
 * preceded the end. Only the server holds descriptor 3, so that its end is visible here.
 */
const KEEPER = `
folder=$1; signal=$2; shift 2
"$@" >/dev/null 2>&3 & server=$!
exec 3>&-
echo "$server"
read -r leaves
kill -"$signal" "$server" 2>/dev/null
wait "$server"
[ -n "$leaves" ] || rm -rf "$folder"
`;

/** A server that ends with this process, even if it is killed. */
export interface Kept {
  readonly pid: number;
  /** The last few kB of its stderr, and whether it has ended. */
  readonly words: { readonly text: string; readonly ended: boolean };
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  /** Ends the server and leaves the directory to another one. */
  leave(): Promise<void>;
}

/** Starts a server. `command`: program and arguments; `folder`: its data, removed at the end. */
export async function keep(
  folder: string,
  signal: "TERM" | "KILL",
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Kept> {
  const keeper = spawn("sh", ["-c", KEEPER, "sh", folder, signal, ...command], {
    // Ctrl-C reaches the whole foreground group; the server must run until the cleanup is done.
    detached: true,
    stdio: ["pipe", "pipe", "ignore", "pipe"],
    env,
  });
  const { promise: ended, resolve: onEnd } = Promise.withResolvers<void>();
  const words = collect(keeper.stdio[3], onEnd);
  const pid = await readPid(keeper);
  return {
    pid,
    words,
    ended,
    stop: () => stopKeeper(keeper, ""),
    leave: () => stopKeeper(keeper, "leave\n"),
  };
}

/** Reads the process id, the first line of the keeper. */
async function readPid(keeper: ChildProcess): Promise<number> {
  if (keeper.stdout === null) throw new Error("the keeper has no output");
  const [line] = await once(keeper.stdout, "data");
  return Number(String(line).trim());
}

function collect(stream: unknown, onEnd: () => void): { text: string; ended: boolean } {
  const words = { text: "", ended: false };
  if (!(stream instanceof Readable)) throw new Error("the keeper has no descriptor 3");
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    words.text = (words.text + text).slice(-4000);
  });
  stream.on("close", () => {
    words.ended = true;
    onEnd();
  });
  return words;
}

async function stopKeeper(keeper: ChildProcess, line: string): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return;
  keeper.stdin?.end(line);
  await once(keeper, "exit");
}
