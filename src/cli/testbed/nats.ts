import { join } from "node:path";
import type { Argv } from "yargs";
import { messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { NatsServer } from "../../testbed/nats/server.ts";
import { type Command, flag, shellWord, texts } from "../command.ts";
import { install, logTo } from "./minio.ts";
import type { CredentialsFiles } from "./nats-credentials.ts";
import type { NatsSettings } from "./nats-options.ts";

const VALUES = ["credentials", "agents", "listen", "name", "group"];

/** `assay nats`: starts a nats-server on the loopback or with TLS until Ctrl-C. */
export const NATS: Command = {
  usage: "nats",
  summary: "start a NATS server, at which the hosts of a run meet, until Ctrl-C",
  endsItself: true,
  examples: [
    ["$0 nats --credentials keys", "Start a server for agents on this host"],
    ["$0 nats --credentials keys --listen 0.0.0.0", "Start one for other hosts, with TLS"],
    ["$0 nats --install", "Only find nats-server, or build it with Go"],
  ],
  options: (parser: Argv) => {
    const value = { type: "string", nargs: 1, group: "NATS:" } as const;
    return parser
      .option("credentials", {
        ...value,
        describe: "directory for the credentials of coordinator and agents, removed at the end",
      })
      .option("agents", {
        ...value,
        describe: "maximum number of agents",
        defaultDescription: "8",
      })
      .option("listen", {
        ...value,
        describe:
          "address and port, e.g. 10.0.0.5:4222; 0.0.0.0 for all; with TLS off the loopback",
        defaultDescription: "127.0.0.1 and a free port; else port 4222",
      })
      .option("name", {
        ...value,
        describe: "name or address of this host for the agents (repeatable), e.g. nats.internal",
      })
      .option("group", {
        ...value,
        describe: "name under which coordinator and agents meet",
        defaultDescription: "assay",
      })
      .option("install", {
        type: "boolean",
        group: "NATS:",
        describe: "find or build nats-server, print its path and exit",
      });
  },
  async run(parsed, { console, env, interrupt }) {
    const isInstall = flag(parsed, "install");
    const lost = VALUES.find((name) => texts(parsed, name).length > 0);
    if (isInstall && lost !== undefined) {
      throw new UsageError(`--install starts no server; remove --${lost}`);
    }
    const { settingsOf } = await import("./nats-options.ts");
    const settings = isInstall ? null : await settingsOf(parsed);
    const { catchSignals, signalCode } = await import("../../testbed/foreground/signals.ts");
    const signals = catchSignals();
    interrupt.release();
    const { signal } = signals;
    const log = logTo(console);
    try {
      if (settings === null) {
        const { NATS_PROGRAM } = await import("../../testbed/nats/nats.ts");
        return await install(NATS_PROGRAM, console, env, signal);
      }
      const served = await serve(settings, log, signal);
      try {
        await console.out(nextCommands(settings, served));
        log(`nats-server ${served.server.version} runs until Ctrl-C`);
        const first = await Promise.race([signals.first, served.server.ended.then(died)]);
        return signalCode(first);
      } finally {
        await end(served, log);
      }
    } catch (error) {
      if (signal.aborted) return signalCode(await signals.first);
      throw error;
    }
  },
};

/** Reports the end of a server that was not stopped. */
function died(fatal: string | null): never {
  const why = fatal === null ? "" : ` (${fatal})`;
  throw new PreflightError(
    `nats-server has ended by itself${why}: its runs are lost and its credentials are removed; ` +
      "start it again with `assay nats`",
  );
}

/** A running server and its credentials. */
interface Served {
  readonly server: NatsServer;
  readonly files: CredentialsFiles;
}

async function serve(
  settings: NatsSettings,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<Served> {
  const { folder, group, agents, listen, port, names, tls } = settings;
  const { checkFolder, writeCredentials } = await import("./nats-credentials.ts");
  await checkFolder(folder);
  const { startNats } = await import("../../testbed/nats/nats.ts");
  const { newSecrets, usersOf } = await import("../../cluster/dial/users.ts");
  const secrets = newSecrets();
  const users = usersOf(group, secrets, agents);
  const reserved = port === null ? {} : { port };
  const server = await startNats({ users, tls, listen, ...reserved, names, log, signal });
  if ("unavailable" in server) throw new PreflightError(server.unavailable);
  try {
    await checkVersion(server, tls);
    const { url, caPem } = server;
    return {
      server,
      files: await writeCredentials(folder, { url, group, ca: caPem, agents }, secrets),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Refuses an installed server that agents would refuse. */
async function checkVersion({ version }: NatsServer, isReachable: boolean): Promise<void> {
  const { isSafe } = await import("../../cluster/dial/connection.ts");
  if (!isReachable || isSafe(version)) return;
  throw new PreflightError(
    `the installed nats-server is version ${version}, which has known security holes; update it, ` +
      "remove it from the PATH (assay then builds its own), or listen on 127.0.0.1",
  );
}

async function end({ server, files }: Served, log: (line: string) => void): Promise<void> {
  await files.remove().catch((error) => log(`cannot remove credentials: ${messageOf(error)}`));
  await server.stop();
}

/** Commands that use the server, without secrets. */
function nextCommands({ agents, folder, tls }: NatsSettings, { server, files }: Served): string {
  const nats = `--nats ${shellWord(server.url)} --nats-credentials`;
  const place = tls
    ? `On every other host, with a copy of ${shellWord(files.agents)} (mode 0600)`
    : `On this host, once per agent (at most ${agents})`;
  const agentsFile = tls ? "agents.json" : files.agents;
  return [
    `# ${place}:`,
    `assay agent ${nats} ${shellWord(agentsFile)} --allow /mnt/efs`,
    "# On this host, to load the target from all agents:",
    `assay run my.yaml -t /mnt/efs ${nats} ${shellWord(join(folder, "coordinator.json"))} ` +
      `--agents ${agents}`,
    "",
  ].join("\n");
}
