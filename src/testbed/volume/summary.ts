import type { SlowStart } from "./limits/first-touch.ts";
import type { Kind, Limits, Profile } from "./limits/kinds.ts";

/** One readable line: `gp2, 300 IOPS and 128 MiB/s, burst of 3000 IOPS …`. */
export function summaryOf(
  kind: Kind,
  profile: Profile,
  ceiling: Limits,
  slowStart: SlowStart | null = null,
): string {
  const parts: string[] = [kind, limitsText(profile.sustained)];
  if (profile.burst !== null) {
    const { credit, capacity, limits } = profile.burst;
    const amount = credit === "operations" ? `${round(capacity)} operations` : mib(capacity);
    parts.push(`bursting to ${limitsText(limits)} from ${amount} of credit`);
  }
  if (ceiling.iops !== null || ceiling.bytesPerSecond !== null) {
    parts.push(`instance limit ${limitsText(ceiling)}`);
  }
  if (slowStart !== null) {
    const { share, bytes } = slowStart;
    parts.push(`${round(100 * share)} % of that until ${mib(bytes)} have been read`);
  }
  return parts.join(", ");
}

function limitsText({ iops, bytesPerSecond }: Limits): string {
  const texts = [
    iops === null ? null : `${round(iops)} IOPS`,
    bytesPerSecond === null ? null : `${mib(bytesPerSecond)}/s`,
  ];
  return texts.filter((text) => text !== null).join(" and ");
}

function mib(bytes: number): string {
  return `${round(bytes / 2 ** 20)} MiB`;
}

function round(value: number): string {
  return String(value >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));
}
