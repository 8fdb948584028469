/**
 * Starts a MinIO for tests and shells.
 */

import { parseArgs } from "node:util";
import { messageOf } from "../src/model/fault/errors.ts";
import { execute } from "../src/testbed/foreground/execute.ts";
import { catchSignals, signalCode } from "../src/testbed/foreground/signals.ts";
import { findBinary } from "../src/testbed/minio/binary.ts";
import type { Minio } from "../src/testbed/minio/endpoint.ts";
import { startMinio } from "../src/testbed/minio/minio.ts";

const USAGE = `Usage: node scripts/minio.ts [--tls] [--install | --exec -- <command> ...]

Starts a MinIO on the loopback with random credentials, prints the lines that make a shell use it,
and removes it again on Ctrl-C.

  --exec      run a command with the endpoint in its environment, and exit with its code
  --install   only find or build MinIO
  --tls       serve https with a self-signed certificate
`;

const UNAVAILABLE = 3;
const USAGE_ERROR = 2;

/** Runs the script's command line; resolves with the exit code. */
async function runCommand(argv: readonly string[]): Promise<number> {
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
  const signals = catchSignals();
  const interrupt = new AbortController();
  signals.first.then(() => interrupt.abort());
  const { signal } = interrupt;
  if (values.install) {
    const binary = await findBinary(process.env, log, signal);
    if (signal.aborted) return signalCode(await signals.first);
    if (binary === null)
      return fail("MinIO is missing, and so is Go to build it; install one of them", UNAVAILABLE);
    process.stdout.write(`${binary}\n`);
    return 0;
  }
  const [command, ...parameters] = positionals;
  if (values.exec && command === undefined) return fail(USAGE, USAGE_ERROR);
  const minio = await startMinio({ log, tls: values.tls, signal });
  if ("unavailable" in minio && signal.aborted) return signalCode(await signals.first);
  if ("unavailable" in minio) return fail(minio.unavailable, UNAVAILABLE);
  try {
    if (values.exec && command !== undefined) {
      return await execute(command, parameters, minio.environment, signals, log);
    }
    process.stdout.write(exportLines(minio));
    log("MinIO runs until Ctrl-C");
    return signalCode(await signals.first);
  } finally {
    await minio.stop().catch((error) => log(`cannot remove MinIO's data: ${messageOf(error)}`));
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

process.exitCode = await runCommand(process.argv.slice(2));
