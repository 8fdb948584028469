import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { parseArgs } from "node:util";
import { messageOf } from "../../src/model/errors.ts";
import type { Minio, MinioOptions, Unavailable } from "../minio.ts";
import { findBinary } from "./binary.ts";

const USAGE = `Usage: node scripts/minio.ts [--tls] [--install | --exec -- <command> ...]

Starts a MinIO on the loopback with random credentials, prints the lines that make a shell use it,
and removes it again on Ctrl-C.

  --exec      run a command with the endpoint in its environment, and exit with its code
  --install   only make sure that there is a MinIO to start
  --tls       serve https with a certificate of its own
`;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const UNAVAILABLE = 3;
const USAGE_ERROR = 2;

/** Runs the script's command line; resolves with the exit code. */
export async function runCommand(
  argv: readonly string[],
  start: (options: MinioOptions) => Promise<Minio | Unavailable>,
): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    return fail(`${messageOf(error)}\n\n${USAGE}`, USAGE_ERROR);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  // From here on a signal ends what was started, never this process before it.
  const signals = catchSignals();
  const interrupt = new AbortController();
  signals.first.then(() => interrupt.abort());
  const { signal } = interrupt;
  if (values.install) {
    const binary = await findBinary(process.env, log, signal);
    if (signal.aborted) return signalCode(await signals.first);
    if (binary === null) return fail("there is no MinIO and no Go to build it", UNAVAILABLE);
    process.stdout.write(`${binary}\n`);
    return 0;
  }
  const [command, ...parameters] = positionals;
  if (values.exec && command === undefined) return fail(USAGE, USAGE_ERROR);
  const minio = await start({ log, tls: values.tls, signal });
  if ("unavailable" in minio && signal.aborted) return signalCode(await signals.first);
  if ("unavailable" in minio) return fail(minio.unavailable, UNAVAILABLE);
  try {
    if (values.exec && command !== undefined) {
      return await execute(command, parameters, minio, signals);
    }
    process.stdout.write(exportLines(minio));
    log("MinIO runs until Ctrl-C");
    return signalCode(await signals.first);
  } finally {
    await minio.stop().catch((error) => log(`it could not be removed: ${messageOf(error)}`));
  }
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      exec: { type: "boolean", default: false },
      install: { type: "boolean", default: false },
      tls: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
}

interface Signals {
  readonly first: Promise<NodeJS.Signals>;
  /** Called for every signal from now on, and at once for one that came before. */
  onSignal(listener: (signal: NodeJS.Signals) => void): void;
}

function catchSignals(): Signals {
  let listener: ((signal: NodeJS.Signals) => void) | null = null;
  let early: NodeJS.Signals | null = null;
  const first = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (listener === null) early = signal;
        else listener(signal);
        resolve(signal);
      });
    }
  });
  const onSignal: Signals["onSignal"] = (next) => {
    listener = next;
    if (early !== null) next(early);
  };
  return { first, onSignal };
}

async function execute(
  command: string,
  parameters: readonly string[],
  minio: Minio,
  signals: Signals,
): Promise<number> {
  const env = { ...process.env, ...minio.environment };
  const child = spawn(command, parameters, { env, stdio: "inherit" });
  signals.onSignal((signal) => {
    // A terminal sends Ctrl-C to the command as well, and it may take a second one as an order.
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    child.kill(signal);
  });
  try {
    const [code, signal] = await once(child, "exit");
    if (typeof code === "number") return code;
    return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
  } catch (error) {
    return fail(`${command} cannot be run: ${messageOf(error)}`, 127);
  }
}

/** What a shell makes of a process that a signal ended. */
function signalCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function exportLines(minio: Minio): string {
  return Object.entries(minio.environment)
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join("");
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

function fail(message: string, code: number): number {
  log(message);
  return code;
}
