import { createHash, randomUUID } from "node:crypto";
import { describeMachine, firmwareType } from "../environment/machine/machine.ts";
import { readText, type SystemRoots } from "../environment/machine/roots.ts";
import { type Hello, PROTOCOL } from "./messages.ts";

/** Variable that replaces the ids of the machine, for tests with several agents on one. */
const MACHINE_ID = "ASSAY_MACHINE_ID";

/** Describes this process and host for the coordinator. `version`: of assay. */
export function makeHello(version: string, env: NodeJS.ProcessEnv, roots: SystemRoots): Hello {
  const machine = describeMachine(roots);
  return {
    protocol: PROTOCOL,
    version,
    hostName: readText(`${roots.proc}/sys/kernel/hostname`) ?? "unknown",
    machine: machineHash(env, roots),
    incarnation: randomUUID(),
    pid: process.pid,
    cores: machine.cpus,
    memoryBytes: machine.memoryBytes,
    kernel: machine.kernel,
    nodeVersion: process.versions.node,
    instanceType: firmwareType(roots),
  };
}

/**
 * Hash of the boot id, 16 hexadecimal digits: containers of one host have the same, and hosts that
 * were made from one image have different ones. Without a boot id, of the machine id.
 */
function machineHash(env: NodeJS.ProcessEnv, roots: SystemRoots): string {
  const id =
    env[MACHINE_ID] ??
    readText(`${roots.proc}/sys/kernel/random/boot_id`) ??
    readText(`${roots.etc}/machine-id`) ??
    randomUUID();
  return createHash("sha256").update(id).digest("hex").slice(0, 16);
}
