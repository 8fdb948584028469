import type { BucketAddress } from "../../../src/model/target/target.ts";
import {
  type Answer,
  type Asked,
  ObjectStore,
  serveStore,
} from "../../engine/objects/object-store.ts";

/** A faulty response; null: the correct one. */
export type Fault = (asked: Asked) => Answer | "silent" | null;

/** An in-memory server that follows S3's definition, except for its fault. */
export interface FaultyStore extends AsyncDisposable {
  readonly address: BucketAddress;
  readonly objects: Map<string, string>;
  /** Requests so far. */
  readonly asked: readonly Asked[];
  fault: Fault;
}

/** Small, so that every listing has several pages. */
const PAGE = 5;

export async function startFaultyStore(versioned = false): Promise<FaultyStore> {
  const right = new ObjectStore({ page: PAGE, versioned });
  const asked: Asked[] = [];
  const store = { fault: (() => null) as Fault };
  const stub = await serveStore((one) => {
    asked.push(one);
    const answer = store.fault(one) ?? right.answer(one);
    return answer === "silent" ? null : answer;
  });
  return Object.assign(store, {
    address: stub.address,
    objects: right.objects,
    asked,
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  });
}
