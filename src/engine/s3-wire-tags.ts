import { MODIFIES, type Operation } from "../model/operation.ts";
import { TransferError } from "./s3-errors.ts";

/**
 * Holds the entity tag of every answer against the first one of the same object, 4 bytes an object.
 * Only where nobody changes objects meanwhile: else another tag is no error.
 */
export class EntityTags {
  readonly #hashes: Uint32Array | null;

  constructor(count: number, operations: readonly Operation[]) {
    const changes = operations.some((operation) => MODIFIES.has(operation));
    this.#hashes = changes ? null : new Uint32Array(count);
  }

  /** @param hash of the tag, 0 where there was none: only what stores an object must bring one. */
  judge(file: number, hash: number, stores: boolean): TransferError | null {
    if (hash === 0 && stores) return new TransferError("EETAG", "the object got no entity tag");
    if (this.#hashes === null || hash === 0) return null;
    const known = this.#hashes[file] ?? 0;
    if (known === 0) this.#hashes[file] = hash;
    if (known === 0 || known === hash) return null;
    const message = `the entity tag of object ${file} is not what it was before`;
    return new TransferError("EETAG", message);
  }
}
