/**
 * Facts from the kernel and the firmware: CPUs, memory, mounts, devices, cgroups and counters.
 * Every function reads below a `SystemRoots` (`roots.ts`), so that tests can pass recorded trees,
 * and returns null for a missing file. Read this file and `roots.ts` first.
 */
import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";
import { listMembers } from "./cpu.ts";
import { readChoice, readText, type SystemRoots } from "./roots.ts";

/** Names of Arm cores in EC2 instances, by the part number that the kernel shows. */
const ARM_PARTS: Readonly<Record<string, string>> = {
  "0xd08": "Arm Cortex-A72",
  "0xd0c": "Arm Neoverse-N1",
  "0xd40": "Arm Neoverse-V1",
  "0xd4f": "Arm Neoverse-V2",
  "0xd84": "Arm Neoverse-V3",
};

/** Name of an instance type: `m7i.4xlarge`. */
export const INSTANCE_TYPE = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;

/** DMI fields that name the maker: `Amazon EC2` on Nitro, a version with `amazon` on Xen. */
const MAKER_FIELDS = ["sys_vendor", "board_vendor", "bios_vendor", "bios_version"];

/** Kernel, CPU and memory of this host. */
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

/** Describes the host from proc and sysfs, or from Node for values that they lack. */
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

/** Product name of the host (on EC2 the instance type) or its hypervisor; null if unknown. */
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
 * Whether this host looks like an EC2 instance by its firmware and hypervisor (EC2 user guide,
 * identify_ec2_instances.html). False if it does not show them.
 */
export function looksLikeEc2(roots: SystemRoots): boolean {
  const dmi = (name: string) => readText(`${roots.sys}/class/dmi/id/${name}`) ?? "";
  if (MAKER_FIELDS.some((name) => /amazon/i.test(dmi(name)))) return true;
  const uuid = readText(`${roots.sys}/hypervisor/uuid`) ?? dmi("product_uuid");
  return /^ec2/i.test(uuid);
}

/** Maker of a host outside EC2 from its firmware; null on EC2 or if unknown. */
export function otherMaker(roots: SystemRoots): string | null {
  const vendor = readText(`${roots.sys}/class/dmi/id/sys_vendor`);
  return vendor === null || looksLikeEc2(roots) ? null : vendor;
}

/** Instance type from the firmware's product name on Nitro; null on other hosts. */
export function firmwareType(roots: SystemRoots): string | null {
  const name = readText(`${roots.sys}/class/dmi/id/product_name`) ?? "";
  return looksLikeEc2(roots) && INSTANCE_TYPE.test(name) ? name : null;
}
