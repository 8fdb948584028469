import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CrewHost } from "../../../src/cluster/lead/crew.ts";
import { HostFolders } from "../../../src/cluster/lead/host-folders.ts";
import type { OpenResult } from "../../../src/cluster/run-calls.ts";
import type { HostRecord } from "../../../src/model/run/hosts.ts";
import { single } from "../../report/cases.ts";
import { scratch } from "../../storage/support.ts";

function host(rank: number): CrewHost {
  const record: HostRecord = {
    ...{ rank, name: `node-${rank}`, hostName: `node-${rank}`, kernel: "6.1", cores: 2 + rank },
    ...{
      machine: String(rank).repeat(16),
      memoryBytes: 1e9,
      nodeVersion: "24",
      instanceType: null,
    },
    ...{ clockBoundNs: 1, hasFloors: false, state: "complete", reason: null },
  };
  return {
    ...{ rank, name: record.name, folderName: `${rank}-${record.name}`, record },
    session: {} as CrewHost["session"],
    takeSilenceNs: () => 0,
    targetOf: (target) => target,
  };
}

test("each host's folder has the facts that this host reported", () => {
  const folder = scratch();
  const run = single();
  const hosts = [host(0), host(1)];
  const opened = new Map(
    hosts.map((one): [CrewHost, OpenResult] => {
      const environment = { ...run.environment, cpus: 2 + one.rank };
      return [one, { environment, storage: null, reused: false, warnings: [] }];
    }),
  );
  const folders = new HostFolders(folder, run, hosts, opened);
  folders.end(
    hosts.map(({ record }) => record),
    { state: "partial", reason: "interrupted" },
  );
  for (const { folderName, record, rank } of hosts) {
    const stored = JSON.parse(readFileSync(join(folder, "hosts", folderName, "run.json"), "utf8"));
    expect(stored).toMatchObject({
      environment: { cpus: 2 + rank },
      hosts: [{ name: record.name, state: "complete" }],
      ...{ state: "partial", reason: "interrupted" },
    });
  }
});
