/**
 * The kinds of input that are fuzzed, a file per family: how a case is drawn and how it is tried.
 * Each case is plain JSON. Read `kind.ts` first; a new kind is an entry in one of the lists below.
 */

import { UsageError } from "../../../src/model/fault/errors.ts";
import { BUCKET_KINDS } from "./buckets.ts";
import { ENGINE_KINDS } from "./engines.ts";
import type { Kind } from "./kind.ts";
import { MACHINE_KINDS } from "./machine.ts";
import { MANIFEST_KINDS } from "./manifests.ts";
import { STORED_KINDS } from "./stored.ts";
import { TEXT_KINDS } from "./texts.ts";
import { WIRE_KINDS } from "./wire.ts";

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
