import { makeHello } from "../../src/cluster/hello.ts";
import type { HostAddress } from "../../src/cluster/host-list.ts";
import { withPulse } from "../../src/cluster/pulse.ts";
import { serve } from "../../src/cluster/serve.ts";
import { SYSTEM_ROOTS } from "../../src/environment/machine/roots.ts";
import { describeCarrier } from "./contract.ts";
import { memoryPair, type Way } from "./memory.ts";
import { METHODS } from "./methods.ts";

const HOSTS: readonly HostAddress[] = ["local:0", "local:1", "local:2"].map((name) => ({
  kind: "local",
  name,
}));

function connect(up: Way, down: Way) {
  return () => {
    const { coordinator, agent } = memoryPair(up, down);
    void serve(withPulse(agent), makeHello("1.2.3", {}, SYSTEM_ROOTS), METHODS);
    return coordinator;
  };
}

describeCarrier({ name: "memory", hosts: HOSTS, connect: connect({}, {}) });

const delayMs = (): number => Math.random() * 4;
describeCarrier({
  name: "memory with delays",
  hosts: HOSTS,
  connect: connect({ delayMs }, { delayMs }),
});
