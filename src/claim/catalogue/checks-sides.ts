import { TARGET_PROPERTY_NAMES, type VariableProperty } from "../../model/claim/work.ts";
import { BUCKET_KINDS } from "../../model/target/kind.ts";
import { oneOf } from "../../yaml/nearest.ts";
import type { Path } from "../../yaml/yaml.ts";
import type { ClaimText } from "./claim-schema.ts";

/** What is wrong with a claim, and at which of its fields. */
export interface ClaimFault {
  readonly path: Path;
  readonly message: string;
}

/** Whether the sides of a claim fit its role, and whether a comparison names what it varies. */
export function sideFaults(claim: ClaimText): readonly ClaimFault[] {
  const { role, over, between, varies } = claim;
  const faults: ClaimFault[] = [];
  if (role === "comparison" && over === undefined) {
    faults.push({ path: ["role"], message: "a comparison needs a second side, `over`" });
  }
  if (over !== undefined && role !== "comparison" && role !== "superseded") {
    const message = `a second side belongs to the role \`comparison\`, \`${role}\` was found`;
    faults.push({ path: ["over"], message });
  }
  if (over !== undefined && between === undefined) {
    const message = "`between` is missing, expected `phases` or `targets`";
    faults.push({ path: ["over"], message });
  }
  if (over === undefined && between !== undefined) {
    const message = "`between` belongs to a comparison, which has a second side, `over`";
    faults.push({ path: ["between"], message });
  }
  if (over === undefined && varies !== undefined) {
    const message = "`varies` belongs to a comparison, which has a second side, `over`";
    faults.push({ path: ["varies"], message });
  }
  return over === undefined ? faults : [...faults, ...unnamed(claim, over)];
}

type OverText = NonNullable<ClaimText["over"]>;

/** Fields of a side that differ without the claim saying so: nothing alike could ever be run. */
function unnamed({ of, between, varies = [] }: ClaimText, over: OverText): readonly ClaimFault[] {
  const names: ReadonlySet<VariableProperty> = new Set(varies);
  const faults: ClaimFault[] = [];
  const expect = (field: keyof OverText, ...properties: readonly VariableProperty[]): void => {
    const said = over[field];
    if (said === undefined || JSON.stringify(said) === JSON.stringify(of[field])) return;
    if (properties.some((one) => names.has(one))) return;
    const wanted = oneOf([...properties]);
    const message = `the sides differ in \`${field}\`, expected ${wanted} in \`varies\``;
    faults.push({ path: ["over", field], message });
  };
  expect("kinds", "kind");
  expect("operations", "operations");
  expect("access", "access");
  expect("blockSize", "blockSize", "objectSize");
  expect("inFlight", "inFlight");
  expect("touch", "touch");
  if (names.size === 0 && faults.length === 0) {
    const message = "`varies` is missing: what the sides of a comparison may differ in";
    faults.push({ path: ["over"], message });
  }
  const kinds = [...of.kinds, ...(over.kinds ?? [])];
  const isMixed = new Set(kinds.map((kind) => BUCKET_KINDS.has(kind))).size > 1;
  if (isMixed && !names.has("engine")) {
    const message = "no engine serves both a path and a bucket, expected `engine` in `varies`";
    faults.push({ path: ["varies"], message });
  }
  const foreign = between === "phases" ? varies.filter((one) => OF_TARGET.has(one)) : [];
  for (const one of foreign) {
    const message = `phases of one target do not differ in \`${one}\``;
    faults.push({ path: ["varies"], message });
  }
  return faults;
}

/** Properties that phases of one target always share. */
const OF_TARGET: ReadonlySet<VariableProperty> = new Set(TARGET_PROPERTY_NAMES);
