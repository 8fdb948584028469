import { setTimeout as sleep } from "node:timers/promises";
import { ObjectStore, serveStore } from "../../engine/objects/object-store.ts";

/** A store in memory that makes some writes late, even where their connection is gone by then. */
export interface LateStore extends AsyncDisposable {
  readonly endpoint: string;
  readonly keys: () => readonly string[];
  /** Open multipart uploads. */
  readonly uploads: () => number;
  /** Writes that are held back now. */
  readonly held: () => number;
  /** From now on, writes of this kind to data are made and answered so much later. */
  holdBack(what: string, ms: number): void;
}

export async function startLateStore(): Promise<LateStore> {
  const store = new ObjectStore();
  let late = { what: "", ms: 0 };
  let held = 0;
  const stub = await serveStore(async (asked) => {
    if (asked.what === late.what && !asked.key.endsWith("manifest.json")) {
      held++;
      await sleep(late.ms);
      held--;
    }
    return store.answer(asked);
  });
  return {
    endpoint: stub.address.endpoint ?? "",
    keys: () => [...store.objects.keys()],
    uploads: () => store.uploads.size,
    held: () => held,
    holdBack(what, ms) {
      late = { what, ms };
    },
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  };
}
