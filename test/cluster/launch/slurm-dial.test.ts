// @module-tag system
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Hall } from "../../../src/cluster/dial/hall.ts";
import { dialledAddresses } from "../../../src/cluster/host-list.ts";
import { slurmLauncher } from "../../../src/cluster/launch/slurm.ts";
import { useNats } from "../../nats.ts";
import { describeCarrier } from "../contract.ts";
import { GROUP, groupUsers, openHall, SECRETS } from "../dial/group.ts";
import { type SlurmCluster, slurmProblem, startSlurm } from "./slurm-cluster.ts";

const PROGRAM = fileURLToPath(new URL("dial-program.ts", import.meta.url));
const PROBLEM = slurmProblem();
if (PROBLEM !== null) process.stderr.write(`skipped: ${PROBLEM}\n`);
const nats = await useNats({ users: groupUsers(GROUP) });

let cluster: SlurmCluster;
beforeAll(async () => {
  if (PROBLEM === null) cluster = await startSlurm();
});
afterAll(() => cluster?.stop());

describe.skipIf(PROBLEM !== null || !nats.available)("agents that srun starts", () => {
  let hall: Hall;
  describeCarrier({
    name: "NATS, with the credentials from the standard input of srun",
    hosts: dialledAddresses(3),
    names: [0, 1, 2].map((rank) => `${hostname()}:${rank}`),
    connect: (address) => hall.channelOf(address.kind === "dialled" ? address.rank : -1),
    onBegin: () => hall.begin(),
    async start() {
      const { url } = nats.server;
      hall = await openHall(url, GROUP, 3);
      const launcher = slurmLauncher({ srun: ["srun"], env: cluster.env, print: () => {} });
      const launched = launcher.start({
        command: [process.execPath, PROGRAM],
        credentials: JSON.stringify({ url, group: GROUP, secret: SECRETS.secret }),
        nodes: 3,
      });
      void launched.failed.then((why) => hall.fail(why));
      return async () => {
        await hall.close();
        expect(await launched.failed).toBe("srun has ended (exit code 0): bye");
        await launched.stop();
      };
    },
  });
});
