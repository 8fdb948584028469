import type { Argv } from "yargs";
import { UsageError } from "../../model/fault/errors.ts";
import { printable } from "../../model/printable.ts";
import { text } from "../command.ts";

/** Options of a command whose hosts dial in. */
export interface DialHosts {
  /** Number of agents that are awaited. */
  readonly agents: number;
  readonly launcher: LauncherName | null;
  /** Values of `--nats` and its credentials; null: a throw-away server. */
  readonly nats: string | null;
  readonly credentials: string | null;
  readonly ca: string | null;
  readonly group: string | null;
  /** `srun` with options, as words. */
  readonly srun: readonly string[];
  /** assay on the other hosts, as words; null: this installation, or `assay`. */
  readonly remote: readonly string[] | null;
}

const LAUNCHERS = ["slurm", "manual", "local"] as const;
type LauncherName = (typeof LAUNCHERS)[number];

/** Maximum number of agents of a run. */
export const MAX_AGENTS = 1000;

type Parsed = Readonly<Record<string, unknown>>;
const GROUP = "Hosts that dial in:";

/** Adds the options about the server, which the coordinator and its agents have. */
export function natsOptions(parser: Argv): Argv {
  const value = { type: "string", nargs: 1, group: GROUP } as const;
  return parser
    .option("nats", {
      ...value,
      describe: "NATS server that agents and coordinator connect to, e.g. tls://nats.internal:4222",
    })
    .option("nats-credentials", {
      ...value,
      describe: "file with the credentials for it (mode 0600), or - for stdin",
    })
    .option("nats-ca", {
      ...value,
      describe: "file with the certificate authority of the server, PEM",
    })
    .option("group", {
      ...value,
      describe: "name under which coordinator and agents meet",
      defaultDescription: "assay",
    });
}

/** Adds the options of a command whose hosts dial in. */
export function dialOptions(parser: Argv): Argv {
  const value = { type: "string", nargs: 1, group: GROUP } as const;
  return natsOptions(parser)
    .option("agents", { ...value, describe: "number of agents that load the target together" })
    .option("nodes", { ...value, describe: "the same, for --launcher slurm" })
    .option("launcher", {
      ...value,
      choices: LAUNCHERS,
      describe: "start the agents: by one srun, by hand, or on this host",
    })
    .option("srun", {
      ...value,
      describe: "srun with options, e.g. 'srun -p bench -A account'",
      defaultDescription: "srun",
    });
}

const NAMES = ["nats", "nats-credentials", "nats-ca", "group", "agents", "nodes", "launcher"];

/** Reads the options of {@link dialOptions}; null if hosts do not dial in. Throws UsageError. */
export async function dialOptionsOf(parsed: Parsed): Promise<DialHosts | null> {
  const given = [...NAMES, "srun"].filter((name) => text(parsed, name) !== undefined);
  const [first] = given;
  if (first === undefined) return null;
  const launcher = LAUNCHERS.find((one) => one === text(parsed, "launcher")) ?? null;
  const nats = text(parsed, "nats") ?? null;
  if (nats === null && launcher === null && !given.includes("nats-credentials")) {
    throw new UsageError(
      `--${first} has no effect without --nats or --launcher; add one of them or remove it`,
    );
  }
  if (launcher !== "slurm" && given.includes("srun")) {
    throw new UsageError("--srun has no effect without --launcher slurm; add it or remove --srun");
  }
  const remote = text(parsed, "remote");
  if (launcher === null && remote !== undefined) {
    throw new UsageError("--remote has no effect without --hosts or --launcher; remove it");
  }
  const { splitWords } = await import("../../cluster/carriers/words.ts");
  return {
    agents: agentsOf(parsed),
    launcher,
    nats,
    credentials: text(parsed, "nats-credentials") ?? null,
    ca: text(parsed, "nats-ca") ?? null,
    group: text(parsed, "group") ?? null,
    srun: splitWords(text(parsed, "srun") ?? "srun", "--srun"),
    remote: remote === undefined ? null : splitWords(remote, "--remote"),
  };
}

function agentsOf(parsed: Parsed): number {
  const [agents, nodes] = [text(parsed, "agents"), text(parsed, "nodes")];
  if (agents !== undefined && nodes !== undefined && agents !== nodes) {
    throw new UsageError("--agents and --nodes are the same number; give one of them");
  }
  const given = agents ?? nodes;
  if (given === undefined) {
    throw new UsageError("the number of agents is missing; add it, e.g. --agents 8");
  }
  return agentCount(given, MAX_AGENTS, agents === undefined ? "nodes" : "agents");
}

/** Reads a number of agents, the value of an option. @throws UsageError */
export function agentCount(given: string, max: number, option = "agents"): number {
  const count = /^\d{1,6}$/.test(given) ? Number(given) : 0;
  if (count >= 1 && count <= max) return count;
  throw new UsageError(
    `--${option}: expected a whole number from 1 to ${max}, got \`${printable(given)}\``,
  );
}
