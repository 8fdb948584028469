import type { DatasetLocation } from "../../model/plan/dataset.ts";
import { MODIFIES, type Operation } from "../../model/plan/operation.ts";
import { ContractError } from "../../s3/contract/contract.ts";
import { hashOfTag } from "../../s3/http/head-fields.ts";
import { TransferError } from "./errors.ts";

/** Entity tag of an object, for conditional requests. @throws TransferError */
export function tagOf({ entityTags }: DatasetLocation, file: number): string {
  const tag = entityTags?.[file];
  if (tag === undefined) throw new TransferError("EINVAL", `object ${file} has no entity tag`);
  return tag;
}

/** Identifier of a version of an object; `version`: 0 is the oldest. @throws TransferError */
export function versionOf({ versions }: DatasetLocation, file: number, version: number): string {
  const id = versions?.ids[file * versions.each + version];
  if (id === undefined) throw new TransferError("EINVAL", `object ${file} has no such version`);
  return id;
}

/**
 * Compares the entity tag of every response with the known one of its object: from the dataset's
 * listing, or else from the object's first response. 4 bytes per object. Only in phases that change
 * no objects: in others, another tag is not an error.
 */
export class EntityTags {
  private readonly hashes: Uint32Array | null;
  private readonly listed: readonly string[];

  constructor(dataset: DatasetLocation, operations: readonly Operation[]) {
    const changes = operations.some((operation) => MODIFIES.has(operation));
    this.hashes = changes ? null : new Uint32Array(dataset.count);
    this.listed = dataset.entityTags ?? [];
  }

  /** Whether tags are compared, so that their hashes are needed. */
  get compares(): boolean {
    return this.hashes !== null;
  }

  /** @param hash of the tag, see `HeadFields.etagHash`; 0 if there is none, which is allowed. */
  problem(file: number, hash: number): ContractError | null {
    if (this.hashes === null || hash === 0) return null;
    const known = this.hashes[file] || hashOfTag(this.listed[file]);
    if (known === 0 || known === hash) {
      this.hashes[file] = hash;
      return null;
    }
    const message = `the entity tag of object ${file} has changed`;
    return new ContractError("EETAG", message);
  }
}
