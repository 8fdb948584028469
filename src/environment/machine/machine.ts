/**
 * Facts that the kernel and the firmware show: CPUs, memory, mounts, devices, cgroups and counters.
 * Every function reads below a `SystemRoots` (`roots.ts`), so that tests hand in recorded trees,
 * and returns null for a file that is missing. Read this file and `roots.ts` first.
 */
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

/** Name of an instance type: `m7i.4xlarge`. */
export const INSTANCE_TYPE = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;

/** Where firmware names its maker: Nitro says `Amazon EC2`, Xen has `amazon` in its version. */
const NAMES = ["sys_vendor", "board_vendor", "bios_vendor", "bios_version"];

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

/**
 * Whether this machine looks like one of EC2, by its firmware and hypervisor alone (EC2 user guide,
 * identify_ec2_instances.html). False may also mean that it does not show them.
 */
export function looksLikeEc2(roots: SystemRoots): boolean {
  const dmi = (name: string) => readText(`${roots.sys}/class/dmi/id/${name}`) ?? "";
  if (NAMES.some((name) => /amazon/i.test(dmi(name)))) return true;
  const uuid = readText(`${roots.sys}/hypervisor/uuid`) ?? dmi("product_uuid");
  return /^ec2/i.test(uuid);
}

/** Firmware's own name of a machine outside EC2; null where it is, or shows nothing. */
export function otherMaker(roots: SystemRoots): string | null {
  const vendor = readText(`${roots.sys}/class/dmi/id/sys_vendor`);
  return vendor === null || looksLikeEc2(roots) ? null : vendor;
}

/** The instance type that firmware on Nitro gives as the product's name. */
export function firmwareType(roots: SystemRoots): string | null {
  const name = readText(`${roots.sys}/class/dmi/id/product_name`) ?? "";
  return looksLikeEc2(roots) && INSTANCE_TYPE.test(name) ? name : null;
}
