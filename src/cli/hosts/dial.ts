import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { stateHome } from "../../cluster/agent/state-home.ts";
import type { Channel } from "../../cluster/channel.ts";
import type { Login, ServerAddress } from "../../cluster/dial/connection.ts";
import {
  coordinatorLogin,
  credentialsText,
  readCredentials,
} from "../../cluster/dial/credentials.ts";
import { Hall } from "../../cluster/dial/hall.ts";
import { DEFAULT_GROUP, type GroupNames, namesOf } from "../../cluster/dial/names.ts";
import { COORDINATOR, newSecrets, usersOf } from "../../cluster/dial/users.ts";
import type { HostAddress } from "../../cluster/host-list.ts";
import type { Launched, Launcher } from "../../cluster/launch/launcher.ts";
import { PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { startNats } from "../../testbed/nats/nats.ts";
import type { CommandContext } from "../command.ts";
import { agentEnvironment, allowedBy } from "./agent-needs.ts";
import type { DialHosts } from "./dial-options.ts";
import { serverOf } from "./server-of.ts";
import { secretProblem, Unreached } from "./unreached.ts";

const CONNECT_MS = 10_000;

/** A group that is open for agents. */
export interface DialledHosts {
  readonly connect: (address: HostAddress) => Channel;
  readonly onBegin: () => void;
  readonly isQueued: () => boolean;
  /** Null: a launcher tells what becomes of its agents. */
  readonly unreached: Unreached | null;
  /** Ends the agents that were started, the group, and a throw-away server. */
  readonly close: () => Promise<void>;
}

/** A server, the own login, and the text of the agents' credentials file. */
interface Meeting {
  readonly address: ServerAddress;
  readonly names: GroupNames;
  readonly login: Login;
  /** Secret that the user gave for the agents; null: none, or one of a throw-away server. */
  readonly secret: string | null;
  /** Null: none are known that a launcher could pass on. */
  readonly agentCredentials: string | null;
  readonly stop: () => Promise<void>;
}

/**
 * Opens a group on the server of a command, or on a throw-away one, and starts agents if a launcher
 * is to.
 */
export async function openDial(
  options: DialHosts,
  { minHosts, targets }: { readonly minHosts: number; readonly targets: readonly TargetSpec[] },
  context: CommandContext,
): Promise<DialledHosts> {
  const isThrowAway = options.nats === null && options.credentials === null;
  const meeting = await (isThrowAway ? throwAway(options, context) : given(options, context));
  const closing: (() => Promise<unknown>)[] = [meeting.stop];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    const { address, names, login } = meeting;
    const hall = await Hall.open({
      ...address,
      ...{ names, login, agents: options.agents, withinMs: CONNECT_MS },
      name: `assay coordinator ${process.pid}`,
      signal: context.interrupt.signal,
    });
    closing.push(() => hall.close());
    await checkSecret(options, meeting, context);
    const launched = await launch(options, meeting, { minHosts, targets }, context);
    if (launched !== null) {
      // Agents end after their sessions; the group must last until then.
      closing.push(() => launched.stop());
      void launched.failed.then((why) => hall.fail(why));
    }
    const isTold = options.launcher !== null && options.launcher !== "manual";
    const channels = Array.from({ length: options.agents }, (_, rank) => hall.channelOf(rank));
    return {
      unreached: isTold ? null : new Unreached(channels, address, names),
      connect: (host) => hall.channelOf(host.kind === "dialled" ? host.rank : -1),
      onBegin: () => hall.begin(),
      isQueued: () => launched?.isQueued() ?? false,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Finds out whether agents with the secret of the coordinator can join. Others may have the right
 * one: only a launcher passes it on.
 * @throws PreflightError if a launcher would start agents that the server refuses
 */
async function checkSecret(
  { launcher }: DialHosts,
  { address, secret }: Meeting,
  { console, interrupt }: CommandContext,
): Promise<void> {
  if (secret === null) return;
  const { signal } = interrupt;
  const problem = await secretProblem(secret, { ...address, withinMs: 0, signal });
  if (problem === null) return;
  if (launcher !== null) throw new PreflightError(problem);
  console.error(`warning: ${problem}\n`);
}

/** The server that the user named. */
async function given(options: DialHosts, { env }: CommandContext): Promise<Meeting> {
  const credentials = await readCredentials(options.credentials ?? undefined, env);
  const { address, names } = await serverOf(options, credentials);
  const most = credentials?.agents ?? options.agents;
  if (options.agents > most) {
    throw new UsageError(
      `--agents ${options.agents}: the NATS server has users for ${most} agents; start it with ` +
        `\`assay nats --agents ${options.agents}\`, or use fewer`,
    );
  }
  const login = credentials?.login ?? null;
  const secret = login?.kind === "group" ? login.secret : null;
  const agents = secret === null ? null : agentText(secret, address, names);
  return {
    ...{ address, names, secret, agentCredentials: agents },
    login: coordinatorLogin(login),
    stop: async () => {},
  };
}

/** A server for this command alone; other hosts reach it with TLS. */
async function throwAway(options: DialHosts, { console, interrupt }: CommandContext) {
  const names = namesOf(options.group ?? DEFAULT_GROUP);
  const secrets = newSecrets();
  const isLocal = options.launcher === "local";
  const server = await startNats({
    users: usersOf(names.group, secrets, options.agents),
    ...(isLocal ? {} : { tls: true, listen: "0.0.0.0" }),
    log: (line) => console.error(`${line}\n`),
    signal: interrupt.signal,
  });
  if ("unavailable" in server) throw new PreflightError(server.unavailable);
  const { urls, caPem: ca } = server;
  const login = { kind: "password", user: COORDINATOR, password: secrets.coordinator } as const;
  return {
    address: { urls: [server.url], ca },
    ...{ names, login, secret: null },
    agentCredentials: agentText(secrets.secret, { urls, ca }, names),
    stop: () => server.stop(),
  };
}

/** Text of the credentials file of the agents. */
function agentText(secret: string, { urls, ca }: ServerAddress, { group }: GroupNames): string {
  return credentialsText({ url: urls.join(","), group, ca, agents: null }, secret);
}

async function launch(
  { launcher, agents, srun, remote }: DialHosts,
  { agentCredentials: credentials }: Meeting,
  { minHosts, targets }: { readonly minHosts: number; readonly targets: readonly TargetSpec[] },
  context: CommandContext,
): Promise<Launched | null> {
  if (launcher === null) return null;
  if (credentials === null) {
    throw new PreflightError(
      `--launcher ${launcher} needs credentials with "secret", as \`assay nats\` writes them; ` +
        "otherwise start the agents yourself, without --launcher",
    );
  }
  const env = agentEnvironment(targets, context.env);
  const { start, command } = await launcherOf(launcher, srun, env, context);
  const words = remote === null ? command : [...remote, "agent"];
  const allow = targets.flatMap(allowedBy).flatMap((one) => ["--allow", one]);
  return start({
    command: [...words, ...allow],
    ...{ credentials, nodes: agents, minNodes: minHosts },
  });
}

async function launcherOf(
  name: NonNullable<DialHosts["launcher"]>,
  srun: readonly string[],
  env: NodeJS.ProcessEnv,
  { console }: CommandContext,
): Promise<Launcher & { readonly command: readonly string[] }> {
  const print = (line: string): void => console.error(`${line}\n`);
  const { localLauncher, LOCAL_AGENT } = await import("../../cluster/launch/local.ts");
  if (name === "local") return { ...localLauncher(env), command: LOCAL_AGENT };
  if (name === "slurm") {
    const { slurmLauncher } = await import("../../cluster/launch/slurm.ts");
    // Nodes of a cluster have the same directories: the same installation, with the same Node.
    return { ...slurmLauncher({ srun, env, print }), command: LOCAL_AGENT };
  }
  const { manualLauncher } = await import("../../cluster/launch/manual.ts");
  const file = join(await credentialsFolder(env), `agents-${process.pid}.json`);
  return { ...manualLauncher({ file, print }), command: ["assay", "agent"] };
}

/** Directory of this user for the credentials of agents, which outlive no command. */
async function credentialsFolder(env: NodeJS.ProcessEnv): Promise<string> {
  const folder = stateHome(env);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
