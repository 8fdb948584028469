import type { BlockDevice, Environment, Mount } from "../../../model/run/environment.ts";
import type { Run } from "../../../model/run/run.ts";
import {
  type Block,
  type Cell,
  code,
  paragraph,
  tableColumns,
  words,
} from "../../parts/document.ts";
import { formatBytes, formatCount, formatNumber, MISSING } from "../../parts/format.ts";
import type { Section } from "../../report.ts";

const COLUMNS = tableColumns([
  ["what", "Property", "left"],
  ["value", "Value", "left"],
]);

type Fact = readonly [what: string, value: string | null];

/** Properties of the host and the storage; unknown ones are shown as missing. */
export function environmentSection(run: Run): Section {
  const { environment } = run;
  const facts: readonly Fact[] = [
    ["assay", run.assayVersion],
    ...machineFacts(environment),
    ...storageFacts(run),
  ];
  const rows: Cell[][] = facts.map(([what, value]) => [words(what), words(value ?? MISSING)]);
  const table = { kind: "table", id: "environment", columns: COLUMNS, rows, keys: 1 } as const;
  const blocks: readonly Block[] = [...whose(run), table];
  return { title: "Environment", isDetail: true, blocks };
}

/** The environment of a run on several hosts is that of the first one. */
function whose({ hosts = [] }: Run): readonly Block[] {
  const [first, ...others] = hosts;
  if (first === undefined || others.length === 0) return [];
  return [paragraph("Environment of ", code(first.name), "; the table of hosts has the others.")];
}

function machineFacts(environment: Environment): readonly Fact[] {
  const { cgroup } = environment;
  const packages = Object.entries(environment.packages).map(
    ([package_, version]) => `${package_} ${version}`,
  );
  const quota = cgroup.cpuQuotaCores;
  const limit = cgroup.memoryLimitBytes;
  return [
    ["Kernel", `${environment.kernel} (${environment.architecture})`],
    ["CPU", `${environment.cpuModel}, ${formatCount(environment.cpus)} logical cores`],
    ["Memory", formatBytes(environment.memoryBytes)],
    ["CPU limit of the control group", quota === null ? "none" : `${formatNumber(quota)} cores`],
    ["Memory limit of the control group", limit === null ? "none" : formatBytes(limit)],
    ...(environment.hugePages === undefined
      ? []
      : [["Huge pages", environment.hugePages] as const]),
    ["Virtualization", environment.virtualization],
    ["Clock source", environment.clockSource],
    ["Node", environment.nodeVersion],
    ["Packages", packages.join(", ") || null],
  ];
}

function storageFacts({ target, environment }: Run): readonly Fact[] {
  switch (target.address.kind) {
    case "path":
      return [...mountFacts(environment.mount), ...deviceFacts(environment.device)];
    case "device":
      return deviceFacts(environment.device);
    default:
      return [];
  }
}

function mountFacts(mount: Mount | null): readonly Fact[] {
  if (mount === null) return [["Mount", null]];
  return [
    ["Mount", `${mount.source} on ${mount.mountPoint}, type ${mount.type}`],
    ["Mount options", mount.options.join(",")],
  ];
}

function deviceFacts(device: BlockDevice | null): readonly Fact[] {
  if (device === null) return [["Block device", null]];
  const queue = [
    `scheduler ${device.scheduler ?? MISSING}`,
    `${formatCount(device.queueRequests)} requests`,
    `at most ${formatCount(device.maxSectorsKib)} KiB per request`,
    `read-ahead ${formatCount(device.readAheadKib)} KiB`,
  ];
  const model = device.model === null ? "" : `, ${device.model.trim()}`;
  return [
    ["Block device", `${device.name}${model}, ${formatBytes(device.sizeBytes)}`],
    ["Rotational", device.rotational === null ? null : device.rotational ? "yes" : "no"],
    ["Device queue", queue.join(", ")],
    [
      "Block size",
      `${formatBytes(device.logicalBlockBytes)} logical, ` +
        `${formatBytes(device.physicalBlockBytes)} physical`,
    ],
  ];
}
