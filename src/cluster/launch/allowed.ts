import type { Address } from "../../model/target/target.ts";

/** Value of `--allow` by which an agent may use an address; null: storage in memory needs none. */
export function allowEntry(address: Address): string | null {
  if (address.kind === "memory") return null;
  if (address.kind !== "bucket") return address.path;
  return `s3://${address.bucket}/${address.prefix}`.replace(/\/$/, "");
}
