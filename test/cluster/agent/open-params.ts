import type { Json } from "../../../src/cluster/channel.ts";
import { toJson } from "../../../src/cluster/to-json.ts";
import { phasePlan, plan } from "../../report/fixture.ts";
import { directorySpec, filesPlan } from "../../storage/support.ts";

/** Parameters that open a run of one phase in a directory. */
export function openParams(path: string, dataset = "files"): Readonly<Record<string, Json>> {
  const planned = plan("test", [phasePlan("read", { dataset })]);
  return {
    ...{ runId: "run-1", folderName: "run-1-0-here", assayVersion: "0.0.0", planHash: "0" },
    plan: toJson({ ...planned, datasets: [filesPlan({ name: dataset, count: 2 })] }),
    target: toJson(directorySpec(path)),
    resolved: { engine: "sync", threads: 1, depth: 1, fallback: null },
    ...{ role: "keeper", hosts: 1, keepData: false, reuseData: false, offline: true },
    ...{ cleanupTimeoutMs: null, scope: "shared" },
    host: {
      ...{ rank: 0, name: "here", hostName: "here", machine: "0".repeat(16), cores: 2 },
      ...{ memoryBytes: 1e9, kernel: "6.1", nodeVersion: "24", instanceType: null },
      ...{ clockBoundNs: 1, hasFloors: false, state: "complete", reason: null },
    },
  };
}
