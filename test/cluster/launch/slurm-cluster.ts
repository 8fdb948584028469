import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { reservePort } from "../../../src/testbed/program/port.ts";
import { processesWith } from "../carriers/processes.ts";

const PROGRAMS: Readonly<Record<string, string>> = {
  munged: "munge",
  slurmctld: "slurmctld",
  slurmd: "slurmd",
  srun: "slurm-client",
};
const FOLDERS = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];
const NODES = ["n1", "n2", "n3"] as const;
const UP_WITHIN_MS = 60_000;

/** Why the tests with a cluster are skipped; null if they run. */
export function slurmProblem(): string | null {
  if (process.getuid?.() !== 0) return "a cluster of Slurm needs root";
  const missing = Object.keys(PROGRAMS).filter(
    (program) => !FOLDERS.some((folder) => existsSync(join(folder, program))),
  );
  if (missing.length === 0) return null;
  const packages = missing.map((program) => PROGRAMS[program]).join(" ");
  return `${missing.join(", ")}: not installed (apt-get install ${packages})`;
}

/** A cluster of Slurm with three nodes, `n1` to `n3`, which are all this host. */
export interface SlurmCluster {
  /** Environment of the commands of Slurm. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command of Slurm and returns its output. */
  call(command: string, ...parameters: readonly string[]): string;
  /** Kills the daemon of a node; the node stays down. */
  killNode(name: (typeof NODES)[number]): void;
  stop(): Promise<void>;
}

/**
 * Starts the daemons of a cluster in a separate PID namespace, which the kernel ends with its first
 * process: a shell that reads from this process, and removes the directory. So nothing is left
 * behind, even if this process is killed. Services that packages may have started are not used:
 * sockets and ports are different.
 */
export async function startSlurm(): Promise<SlurmCluster> {
  const folder = mkdtempSync(join(tmpdir(), "assay-slurm-"));
  const ports = await Promise.all(["ctld", ...NODES].map(() => reservePort()));
  const file = join(folder, "slurm.conf");
  for (const name of ["state", ...NODES]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "munge.key"), randomBytes(128), { mode: 0o600 });
  writeFileSync(
    file,
    configuration(
      folder,
      ports.map(({ port }) => port),
    ),
  );
  const shell = ["sh", "-c", DAEMONS, "sh", folder];
  const words = ["--pid", "--fork", "--kill-child", "--mount-proc", ...shell];
  const child = spawn("unshare", words, { stdio: ["pipe", "ignore", "ignore"] });
  const env = { ...process.env, SLURM_CONF: file };
  const call: SlurmCluster["call"] = (command, ...parameters) =>
    execFileSync(command, parameters, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const stop = async (): Promise<void> => {
    child.stdin?.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    for (const { release } of ports) release();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(call, child);
  } catch (error) {
    const log = readFileSync(join(folder, "slurmctld.out"), "utf8").slice(-2000);
    await stop();
    throw new Error(`no cluster of Slurm: ${error}\n${log}`);
  }
  const killNode: SlurmCluster["killNode"] = (name) => {
    for (const pid of processesWith("slurmd", name, file)) process.kill(pid, "SIGKILL");
  };
  return { env, call, killNode, stop };
}

/** The daemons, until the standard input ends. `--force`: directories below /tmp are of anyone. */
const DAEMONS = `cd "$1"
munged --foreground --force --socket="$1/munge.socket" --key-file="$1/munge.key" \
  --pid-file="$1/munged.pid" --log-file="$1/munged.log" --seed-file="$1/munged.seed" \
  --num-threads=2 >munged.out 2>&1 &
slurmctld -D -c -f "$1/slurm.conf" >slurmctld.out 2>&1 &
for node in ${NODES.join(" ")}; do slurmd -D -N $node -f "$1/slurm.conf" >$node.out 2>&1 & done
read -r line
kill -KILL -1
rm -rf "$1"`;

/** Nothing here needs cgroups; everything listens on the loopback. */
function configuration(folder: string, [ctld, ...nodes]: readonly number[]): string {
  const [host = ""] = hostname().split(".");
  return `${[
    "ClusterName=assay",
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${ctld}`,
    ...["SlurmUser=root", "SlurmdUser=root"],
    // A job that was requeued waits until its credentials have expired.
    ...["AuthType=auth/munge", `AuthInfo=socket=${folder}/munge.socket,cred_expire=5`],
    "CredType=cred/munge",
    "CommunicationParameters=NoInAddrAny,NoCtldInAddrAny",
    ...[`StateSaveLocation=${folder}/state`, `SlurmdSpoolDir=${folder}/%n`],
    ...[`SlurmctldPidFile=${folder}/slurmctld.pid`, `SlurmdPidFile=${folder}/%n.pid`],
    ...["ProctrackType=proctrack/linuxproc", "TaskPlugin=task/none", "SwitchType=switch/none"],
    ...["JobAcctGatherType=jobacct_gather/none", "AccountingStorageType=accounting_storage/none"],
    ...["SelectType=select/cons_tres", "SelectTypeParameters=CR_CPU"],
    ...["SlurmdParameters=config_overrides", "MpiDefault=none"],
    ...["SchedulerType=sched/backfill", "SchedulerParameters=bf_interval=1,sched_interval=1"],
    ...["ReturnToService=2", "SlurmdTimeout=5", "KillWait=2", "PlugStackConfig=/dev/null"],
    ...nodes.map((port, index) => {
      const place = `NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port}`;
      return `NodeName=${NODES[index]} ${place} CPUs=2 RealMemory=1024`;
    }),
    "PartitionName=bench Nodes=ALL Default=YES MaxTime=10 State=UP",
  ].join("\n")}\n`;
}

async function ready(call: SlurmCluster["call"], child: ChildProcess): Promise<void> {
  const untilMs = performance.now() + UP_WITHIN_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`unshare ended: exit code ${child.exitCode}`);
    let states: string;
    try {
      states = call("sinfo", "--noheader", "--format=%T %D").trim();
    } catch (error) {
      states = String(error);
    }
    if (states === `idle ${NODES.length}`) return;
    if (performance.now() > untilMs) throw new Error(`not up in ${UP_WITHIN_MS} ms: ${states}`);
    await sleep(100);
  }
}
