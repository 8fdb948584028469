import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Hall } from "../../../src/cluster/dial/hall.ts";
import { namesOf } from "../../../src/cluster/dial/names.ts";
import { COORDINATOR, type GroupSecrets, usersOf } from "../../../src/cluster/dial/users.ts";
import type { DialledAddress } from "../../../src/cluster/host-list.ts";
import { type CrewHost, folderNameOf } from "../../../src/cluster/lead/crew.ts";
import type { HostSession } from "../../../src/cluster/session.ts";
import { startNats } from "../../../src/testbed/nats/nats.ts";
import type { NatsServer } from "../../../src/testbed/nats/server.ts";
import type { AgentsOrder, AgentsReport } from "./agents.ts";

/** Number of agents, and how they are simulated. */
export interface SimulationOrder {
  readonly agents: number;
  readonly processes: number;
  /** Length of the phase, seconds. */
  readonly seconds: number;
}

/** Resources that the server took. */
export interface ServerFigures {
  readonly serverPeakBytes: number;
  readonly serverCpuMs: number;
}

const AGENTS = fileURLToPath(new URL("./agents.ts", import.meta.url));
const GROUP = "bench";
const TICK_MS = 10;

/** A server with a user for each rank, and processes with the agents, which connect later. */
export class Simulation {
  private readonly server: NatsServer;
  private readonly agents: number;
  private readonly secrets: GroupSecrets;
  private readonly children: readonly ChildProcess[];

  private constructor(server: NatsServer, secrets: GroupSecrets, order: SimulationOrder) {
    this.server = server;
    this.secrets = secrets;
    this.agents = order.agents;
    const { agents, processes, seconds } = order;
    const each = Math.ceil(agents / processes);
    this.children = Array.from({ length: processes }, (_, at) => {
      const child = fork(AGENTS, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
      const firstRank = at * each;
      const own: AgentsOrder = {
        ...{ urls: [server.url], ca: server.caPem, group: GROUP },
        login: { kind: "group", secret: secrets.secret },
        ...{ firstRank, agents: Math.min(each, agents - firstRank), seconds },
      };
      child.send(own);
      return child;
    });
  }

  static async start(order: SimulationOrder): Promise<Simulation> {
    const secrets = { coordinator: random(), secret: random() };
    const server = await startNats({ users: usersOf(GROUP, secrets, order.agents) });
    if ("unavailable" in server) throw new Error(server.unavailable);
    const simulation = new Simulation(server, secrets, order);
    await Promise.all(simulation.children.map((child) => once(child, "message")));
    return simulation;
  }

  openHall(): Promise<Hall> {
    const { server, agents, secrets } = this;
    return Hall.open({
      ...{ urls: [server.url], ca: server.caPem, withinMs: 5000, name: "coordinator" },
      ...{ names: namesOf(GROUP), agents },
      login: { kind: "password", user: COORDINATOR, password: secrets.coordinator },
    });
  }

  /** Lets all agents connect. */
  connect(): void {
    for (const child of this.children) child.send("connect");
  }

  /** The observations of the processes, once their agents have ended the phase. */
  reports(): Promise<readonly AgentsReport[]> {
    return Promise.all(this.children.map(async (child) => (await once(child, "message"))[0]));
  }

  serverFigures(): ServerFigures {
    const { pid } = this.server;
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const [, peakKib] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? [];
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const ticks = Number(stat[11]) + Number(stat[12]);
    return { serverPeakBytes: Number(peakKib) * 1024, serverCpuMs: ticks * TICK_MS };
  }

  async stop(): Promise<void> {
    for (const child of this.children) child.kill();
    await this.server.stop();
  }
}

function random(): string {
  return randomBytes(24).toString("base64url");
}

/** Addresses of the agents. */
export function addressesOf(agents: number): readonly DialledAddress[] {
  return Array.from({ length: agents }, (_, rank) => ({
    ...{ kind: "dialled", name: `rank ${rank}`, rank },
  }));
}

/** A host that has joined. */
export function hostOf(session: HostSession): CrewHost {
  const { name, rank, hello, clock } = session;
  const { hostName, machine, cores, memoryBytes, kernel, nodeVersion } = hello;
  return {
    ...{ rank, name, session, folderName: folderNameOf(rank, name, rank + 1) },
    record: {
      ...{ rank, name, hostName, machine, cores, memoryBytes, kernel, nodeVersion },
      ...{ instanceType: null, clockBoundNs: clock.boundNs, hasFloors: false },
      ...{ state: "complete", reason: null },
    },
    takeSilenceNs: () => 0,
    targetOf: (target) => target,
  };
}
