/**
 * Commands that provide storage or servers on this host for tests, demonstrations and small runs:
 * an S3 server, a NATS server, volumes of known performance; their code is in `src/testbed`. The
 * commands run a program in the foreground and pass signals on to it, so they release the signal
 * handlers of assay.
 */
import type { Argv } from "yargs";
import { EXIT, messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { Minio } from "../../testbed/minio/endpoint.ts";
import type { GoProgram } from "../../testbed/program/program.ts";
import { type Command, flag, PROGRAM, texts } from "../command.ts";
import type { Console } from "../console.ts";

/** `assay minio`: starts a MinIO on the loopback, for a command or until Ctrl-C. */
export const MINIO: Command = {
  usage: "minio",
  summary: "start a local MinIO, for one command or until Ctrl-C",
  endsItself: true,
  runsProgram: true,
  examples: [
    ["$0 minio", "Start MinIO and print the variables that a shell needs"],
    ["$0 minio --exec -- sh -c 'assay run smoke -t s3://$ASSAY_S3_BUCKET'", "Run it on MinIO"],
    ["$0 minio --install", "Only find MinIO, or build it with Go"],
  ],
  options: (parser: Argv) => {
    const group = "MinIO:";
    return parser
      .option("exec", {
        type: "boolean",
        group,
        describe: "run the command after --, with the endpoint in its environment",
      })
      .option("tls", {
        type: "boolean",
        group,
        describe: "serve https with a self-signed certificate",
      })
      .option("install", {
        type: "boolean",
        group,
        describe: "find or build MinIO, print its path and exit",
      });
  },
  async run(parsed, { console, env, interrupt }) {
    const program = programOf(parsed);
    const { catchSignals, signalCode } = await import("../../testbed/foreground/signals.ts");
    const signals = catchSignals();
    interrupt.release();
    const { signal } = signals;
    const log = logTo(console);
    try {
      if (flag(parsed, "install")) {
        const { MINIO_PROGRAM } = await import("../../testbed/minio/binary.ts");
        return await install(MINIO_PROGRAM, console, env, signal);
      }
      const { startMinio } = await import("../../testbed/minio/minio.ts");
      const minio = await startMinio({ log, tls: flag(parsed, "tls"), signal });
      if ("unavailable" in minio) throw new PreflightError(minio.unavailable);
      try {
        const [command, ...parameters] = program;
        if (command !== undefined) {
          const { execute } = await import("../../testbed/foreground/execute.ts");
          return await execute(command, parameters, variablesOf(minio), signals, log);
        }
        await console.out(exportLines(minio));
        log("MinIO runs until Ctrl-C");
        return signalCode(await signals.first);
      } finally {
        await minio.stop().catch((error) => log(`cannot remove MinIO's data: ${messageOf(error)}`));
      }
    } catch (error) {
      if (signal.aborted) return signalCode(await signals.first);
      throw error;
    }
  },
};

/** Returns the program to run; empty: none. @throws UsageError for options that exclude another */
function programOf(parsed: Readonly<Record<string, unknown>>): readonly string[] {
  const program = texts(parsed, PROGRAM);
  if (flag(parsed, "install") && (flag(parsed, "exec") || flag(parsed, "tls"))) {
    throw new UsageError("--install starts no MinIO; remove --exec and --tls");
  }
  if (flag(parsed, "exec") && program.length === 0) {
    throw new UsageError("--exec requires a command; add it after --, e.g. --exec -- sh test.sh");
  }
  if (!flag(parsed, "exec") && program.length > 0) {
    throw new UsageError("a command after -- requires --exec; add --exec before --");
  }
  return program;
}

/** Finds or builds a program and prints its path. @throws PreflightError if it is missing */
export async function install(
  program: GoProgram,
  console: Console,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  const { findBinary } = await import("../../testbed/program/program.ts");
  const binary = await findBinary(program, env, logTo(console), signal);
  if (binary === null) {
    throw new PreflightError(
      `${program.title} is missing, and so is Go to build it; install one of them`,
    );
  }
  await console.out(`${binary}\n`);
  return EXIT.ok;
}

/** Variables of a shell that uses it; assay and the AWS CLI read the endpoint from the first. */
function variablesOf(minio: Minio): Readonly<Record<string, string>> {
  return { AWS_ENDPOINT_URL_S3: minio.endpoint, ...minio.environment };
}

function exportLines(minio: Minio): string {
  return Object.entries(variablesOf(minio))
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join("");
}

/** Returns a log of lines on stderr. */
export function logTo(console: Console): (line: string) => void {
  return (line) => console.error(`${line}\n`);
}
