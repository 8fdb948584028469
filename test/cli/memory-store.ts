import type { IncomingHttpHeaders } from "node:http";
import { ObjectStore, serveStore } from "../engine/objects/object-store.ts";

/** A request as the store heard it: `PUT`, `GET ?list-type`, and for which region it was signed. */
interface Heard {
  readonly what: string;
  readonly host: string;
  readonly region: string;
  readonly accessKey: string;
}

/** Whether a request gets no response. */
export type SilentWhen = (what: string, key: string) => boolean;

/** An S3 endpoint that keeps objects in memory and what it was asked; no signature is checked. */
export interface MemoryStore extends AsyncDisposable {
  readonly endpoint: string;
  readonly heard: readonly Heard[];
  /** Keys that are there. */
  readonly keys: () => readonly string[];
  /**
   * From now on, requests for which this is true get no response. `what` as in `heard`: `PUT`,
   * `GET ?list-type`.
   */
  fallSilent(when: SilentWhen): void;
}

export async function startMemoryStore(): Promise<MemoryStore> {
  const store = new ObjectStore();
  const heard: Heard[] = [];
  let isSilent: SilentWhen = () => false;
  const stub = await serveStore((asked) => {
    heard.push({ what: asked.what, ...senderOf(asked.headers) });
    return isSilent(asked.what, asked.key) ? null : store.answer(asked);
  });
  return {
    endpoint: stub.address.endpoint ?? "",
    heard,
    keys: () => [...store.objects.keys()],
    fallSilent(when) {
      isSilent = when;
    },
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  };
}

function senderOf({ host = "", authorization = "" }: IncomingHttpHeaders) {
  const scope = /Credential=([^/]*)\/\d+\/([^/]*)\//.exec(authorization);
  const [, accessKey = "", region = ""] = scope ?? [];
  return { host, region, accessKey };
}
