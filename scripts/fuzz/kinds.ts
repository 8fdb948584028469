import { UsageError } from "../../src/model/fault/errors.ts";
import type { Kind } from "./kind.ts";
import { BUCKET_KINDS } from "./kinds/buckets.ts";
import { ENGINE_KINDS } from "./kinds/engines.ts";
import { MACHINE_KINDS } from "./kinds/machine.ts";
import { MANIFEST_KINDS } from "./kinds/manifests.ts";
import { STORED_KINDS } from "./kinds/stored.ts";
import { TEXT_KINDS } from "./kinds/texts.ts";
import { WIRE_KINDS } from "./kinds/wire.ts";

/** Everything from outside that is tried. */
export const KINDS: readonly Kind[] = [
  ...TEXT_KINDS,
  ...STORED_KINDS,
  ...MANIFEST_KINDS,
  ...BUCKET_KINDS,
  ...WIRE_KINDS,
  ...ENGINE_KINDS,
  ...MACHINE_KINDS,
];

/** The kind of a name. */
export function kindNamed(name: string): Kind {
  const found = KINDS.find((kind) => kind.name === name);
  if (found !== undefined) return found;
  const known = KINDS.map((kind) => kind.name).join(", ");
  throw new UsageError(`there is no kind \`${name}\`; expected one of ${known}`);
}
