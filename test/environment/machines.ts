import { type LearnOptions, learnStorage } from "../../src/environment/knowledge.ts";
import { describeMachine } from "../../src/environment/machine/machine.ts";
import { mountOf, readMounts } from "../../src/environment/machine/mount.ts";
import type { SystemRoots } from "../../src/environment/machine/roots.ts";
import type { Environment } from "../../src/model/run/environment.ts";
import type { TargetKind } from "../../src/model/target/kind.ts";
import type { StorageKnowledge } from "../../src/model/target/knowledge.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import { recorded } from "./recorded.ts";

type Tree = Readonly<Record<string, string>>;

/** A target below `/data`. */
export function targetOf(kind: TargetKind, more: Partial<TargetSpec> = {}): TargetSpec {
  return { name: "t", kind, address: { kind: "path", path: "/data" }, provisioned: {}, ...more };
}

/** A recorded host whose mountinfo has one line for `/data`. */
export function machine(line: string, ...trees: readonly Tree[]): SystemRoots {
  return recorded({ "proc/self/mountinfo": `20 1 ${line}` }, ...trees);
}

/** The EBS disk of `/data`, as shown on Nitro. */
export function nitroDisk(volumeId: string, name = "nvme1n1", number = "259:1"): Tree {
  const node = `sys/devices/${name}`;
  return {
    [`sys/dev/block/${number}`]: `-> ../../devices/${name}`,
    [`${node}/dev`]: number,
    [`${node}/device/model`]: "Amazon Elastic Block Store              ",
    [`${node}/device/serial`]: volumeId.replace("-", ""),
  };
}

export const NITRO_LINE = "259:1 / /data rw - ext4 /dev/nvme1n1 rw";

/** Facts about a target on a recorded host. */
export function learn(
  target: TargetSpec,
  roots: SystemRoots,
  options: Partial<LearnOptions> = {},
): Promise<StorageKnowledge> {
  const environment: Environment = {
    ...describeMachine(roots),
    cgroup: { version: null, cpuQuotaCores: null, memoryLimitBytes: null },
    nodeVersion: process.version,
    packages: {},
    mount: mountOf("/data", readMounts(roots)),
    device: null,
  };
  // Far above the response time on a busy host.
  const withinMs = 60_000;
  return learnStorage(target, environment, {
    offline: false,
    env: {},
    roots,
    withinMs,
    ...options,
  });
}
