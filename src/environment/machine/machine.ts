import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";
import { listMembers } from "./processor.ts";
import { readChoice, readText, type SystemRoots } from "./roots.ts";

/** Cores of Arm's that run in AWS's machines; the kernel gives numbers only. */
const ARM_PARTS: Readonly<Record<string, string>> = {
  "0xd08": "Arm Cortex-A72",
  "0xd0c": "Arm Neoverse-N1",
  "0xd40": "Arm Neoverse-V1",
  "0xd4f": "Arm Neoverse-V2",
  "0xd84": "Arm Neoverse-V3",
};

/** Kernel, processor and memory of this machine. */
export interface Machine {
  readonly kernel: string;
  readonly architecture: string;
  readonly cpuModel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly hugePages: string | null;
  readonly clockSource: string | null;
  readonly virtualization: string | null;
}

/** Reads the machine from `/proc` and `/sys`, from Node where they do not say. */
export function describeMachine(roots: SystemRoots): Machine {
  const cpuinfo = readText(`${roots.proc}/cpuinfo`) ?? "";
  const status = readText(`${roots.proc}/self/status`) ?? "";
  const allowed = /^Cpus_allowed_list:\s*(.+)$/m.exec(status)?.[1];
  const memoryKib = /^MemTotal:\s*(\d+) kB/m.exec(readText(`${roots.proc}/meminfo`) ?? "")?.[1];
  return {
    kernel: `${type()} ${readText(`${roots.proc}/sys/kernel/osrelease`) ?? release()}`,
    architecture: arch(),
    cpuModel: cpuModel(cpuinfo),
    cpus: allowed === undefined ? availableParallelism() : listMembers(allowed).length,
    memoryBytes: memoryKib === undefined ? totalmem() : Number(memoryKib) * 1024,
    hugePages: readChoice(`${roots.sys}/kernel/mm/transparent_hugepage/enabled`),
    clockSource: readText(
      `${roots.sys}/devices/system/clocksource/clocksource0/current_clocksource`,
    ),
    virtualization: virtualization(cpuinfo, roots),
  };
}

function cpuModel(cpuinfo: string): string {
  const named = /^model name\s*:\s*(.+)$/m.exec(cpuinfo)?.[1];
  if (named !== undefined) return named;
  const part = /^CPU part\s*:\s*(0x[0-9a-f]+)$/m.exec(cpuinfo)?.[1];
  if (part !== undefined) return ARM_PARTS[part] ?? `Arm part ${part}`;
  return cpus()[0]?.model ?? "unknown";
}

/** What the machine says it is (on EC2 the instance type), or that it runs on a hypervisor. */
function virtualization(cpuinfo: string, roots: SystemRoots): string | null {
  const dmi = ["sys_vendor", "product_name"]
    .map((name) => readText(`${roots.sys}/class/dmi/id/${name}`))
    .filter((text) => text !== null);
  if (dmi.length > 0) return dmi.join(" ");
  const hypervisor = readText(`${roots.sys}/hypervisor/type`);
  if (hypervisor !== null) return hypervisor;
  const flags = /^flags\s*:\s*(.+)$/m.exec(cpuinfo)?.[1] ?? "";
  return flags.split(" ").includes("hypervisor") ? "a virtual machine of unknown make" : null;
}
