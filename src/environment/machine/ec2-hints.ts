import { readText, type SystemRoots } from "./roots.ts";

/** Where firmware names its maker: Nitro says `Amazon EC2`, Xen has `amazon` in its version. */
const NAMES = ["sys_vendor", "board_vendor", "bios_vendor", "bios_version"];

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

/** Firmware's own name of a machine that is none of EC2's; null where it is, or shows nothing. */
export function otherMaker(roots: SystemRoots): string | null {
  const vendor = readText(`${roots.sys}/class/dmi/id/sys_vendor`);
  return vendor === null || looksLikeEc2(roots) ? null : vendor;
}

/** The instance type that firmware on Nitro gives as the product's name. */
export function firmwareType(roots: SystemRoots): string | null {
  const name = readText(`${roots.sys}/class/dmi/id/product_name`) ?? "";
  return looksLikeEc2(roots) && INSTANCE_TYPE.test(name) ? name : null;
}

export const INSTANCE_TYPE = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;
