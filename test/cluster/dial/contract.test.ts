// @module-tag system
import { hostname } from "node:os";
import { describe, expect } from "vitest";
import type { Hall } from "../../../src/cluster/dial/hall.ts";
import { dialledAddresses } from "../../../src/cluster/host-list.ts";
import { useNats } from "../../nats.ts";
import { describeCarrier } from "../contract.ts";
import { GROUP, groupUsers, openHall, startAgent, wayTo } from "./group.ts";

const nats = await useNats({ users: groupUsers(GROUP) });

describe.skipIf(!nats.available).each([
  ["with ranks of a launcher", [0, 1, 2]],
  ["with ranks that the coordinator assigns", [null, null, null]],
])("agents %s", (name, given) => {
  let hall: Hall;
  describeCarrier({
    name: `NATS, ${name}`,
    hosts: dialledAddresses(3),
    names: [0, 1, 2].map((rank) => `${hostname()}:${rank}`),
    connect: (address) => hall.channelOf(address.kind === "dialled" ? address.rank : -1),
    onBegin: () => hall.begin(),
    async start() {
      const { url } = nats.server;
      hall = await openHall(url, GROUP, 3);
      const agents = given.map((rank) => startAgent(wayTo(url, GROUP, { rank })));
      return async () => {
        await hall.close();
        for (const { ended, words } of agents) {
          expect([await ended, words().trim()]).toEqual([0, "bye"]);
        }
      };
    },
  });
});
