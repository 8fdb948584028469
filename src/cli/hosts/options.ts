import type { Argv } from "yargs";
import type { HostAddress } from "../../cluster/host-list.ts";
import { UsageError } from "../../model/fault/errors.ts";
import { parseDurationNs } from "../../model/units.ts";
import { text } from "../command.ts";
import { type DialHosts, dialOptions, dialOptionsOf } from "./dial-options.ts";

const HOSTS_GROUP = "Hosts:";

const JOIN_MS = 60_000;

/** Options about the hosts of a run. */
export interface HostOptions {
  readonly addresses: readonly HostAddress[];
  /** The run begins with at least this many. */
  readonly minHosts: number;
  readonly joinTimeoutMs: number;
  /** Maximum difference between the first operations of two hosts; null: the default. */
  readonly maxStartSpreadNs: number | null;
  /** The ssh client and assay on the other hosts, as words. */
  readonly ssh: readonly string[];
  readonly remote: readonly string[];
  /** How hosts dial in; null: this host reaches them. */
  readonly dial: DialHosts | null;
}

/** Adds the options of the commands that load a target from several hosts. */
export function hostOptions(parser: Argv): Argv {
  const value = { type: "string", nargs: 1, group: HOSTS_GROUP } as const;
  const reached = parser
    .option("hosts", {
      ...value,
      describe: "hosts that load the target together: a,b-[3-8], user@host, @file, local:3",
      defaultDescription: "this host alone",
    })
    .option("min-hosts", {
      ...value,
      describe: "number of hosts that must join",
      defaultDescription: "all",
    })
    .option("join-timeout", {
      ...value,
      describe: "maximum time for the hosts to join",
      defaultDescription: "60s",
    })
    .option("max-start-spread", {
      ...value,
      describe: "maximum difference between the starts of two hosts; beyond it a phase fails",
      defaultDescription: "20ms or 1% of the phase",
    })
    .option("ssh", {
      ...value,
      describe: "ssh client with options, e.g. 'ssh -J bastion'",
      defaultDescription: "ssh",
    })
    .option("remote", {
      ...value,
      describe: "assay on the other hosts, e.g. /opt/assay/bin/assay",
      defaultDescription: "assay",
    });
  return dialOptions(reached);
}

/** Reads the options of {@link hostOptions}; null if this host is alone. Throws UsageError. */
export async function hostOptionsOf(
  parsed: Readonly<Record<string, unknown>>,
): Promise<HostOptions | null> {
  const hosts = text(parsed, "hosts");
  const dial = await dialOptionsOf(parsed);
  if (hosts !== undefined && dial !== null) {
    throw new UsageError(
      "--hosts reaches hosts from here, --nats and --launcher let them dial in; give one of them",
    );
  }
  const addresses = await addressesOf(hosts, dial);
  if (addresses === null) {
    const others = ["min-hosts", "join-timeout", "max-start-spread", "ssh", "remote"];
    const lost = others.find((name) => text(parsed, name) !== undefined);
    if (lost === undefined) return null;
    throw new UsageError(`--${lost} has no effect without --hosts; add --hosts or remove it`);
  }
  if (dial !== null && text(parsed, "ssh") !== undefined) {
    throw new UsageError("--ssh has no effect on hosts that dial in; remove it");
  }
  const { splitWords } = await import("../../cluster/carriers/words.ts");
  const spread = text(parsed, "max-start-spread");
  return {
    addresses,
    minHosts: minHostsOf(text(parsed, "min-hosts"), addresses.length),
    joinTimeoutMs: durationNs("join-timeout", text(parsed, "join-timeout"), JOIN_MS * 1e6) / 1e6,
    maxStartSpreadNs: spread === undefined ? null : durationNs("max-start-spread", spread, 0),
    ssh: splitWords(text(parsed, "ssh") ?? "ssh", "--ssh"),
    remote: splitWords(text(parsed, "remote") ?? "assay", "--remote"),
    dial,
  };
}

async function addressesOf(
  hosts: string | undefined,
  dial: DialHosts | null,
): Promise<readonly HostAddress[] | null> {
  if (hosts === undefined && dial === null) return null;
  const { dialledAddresses, parseHostList } = await import("../../cluster/host-list.ts");
  if (hosts !== undefined) return parseHostList(hosts);
  return dial === null ? null : dialledAddresses(dial.agents);
}

function minHostsOf(given: string | undefined, all: number): number {
  if (given === undefined) return all;
  const count = Number(given);
  if (Number.isInteger(count) && count >= 1 && count <= all) return count;
  throw new UsageError(`--min-hosts: expected a number from 1 to ${all}, got \`${given}\``);
}

function durationNs(name: string, given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  const parsed = parseDurationNs(given);
  if ("value" in parsed && parsed.value > 0) return parsed.value;
  throw new UsageError(`--${name}: expected a time such as \`20ms\` or \`60s\`, got \`${given}\``);
}
