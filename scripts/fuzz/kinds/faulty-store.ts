import {
  type Answer,
  type Asked,
  ObjectStore,
  serveStore,
} from "../../../test/engine/objects/object-store.ts";
import type { Stub } from "../../../test/engine/objects/stub.ts";

/** Requests that a clean-up sends, by what they are for. */
const REQUESTS = {
  list: "GET ?list-type",
  versions: "GET ?versions",
  uploads: "GET ?uploads",
  versioning: "GET ?versioning",
  lock: "GET ?object-lock",
  get: "GET",
  head: "HEAD",
  put: "PUT",
  delete: "DELETE",
  deleteMany: "POST ?delete",
  abort: "DELETE ?uploadId",
} as const;
type RequestKind = keyof typeof REQUESTS;
export const REQUEST_KINDS = Object.keys(REQUESTS) as RequestKind[];

/** A response that replaces the server's own. */
export interface FaultyAnswer {
  readonly status: number;
  readonly body: string;
}

/** Which requests are answered wrongly: the `from`-th of a kind and the next `times`. */
export interface StoreFault extends FaultyAnswer {
  readonly request: RequestKind;
  readonly from: number;
  readonly times: number;
}

/** Entries of one page: so few that every listing has several. */
const PAGE = 4;
const TAG = '"0123456789abcdef0123456789abcdef"';

/** A bucket in memory with injected faults. */
export class FaultyStore {
  /** Requests since the last reset. */
  requests = 0;
  private store = new ObjectStore({ page: PAGE });
  private faults: readonly StoreFault[] = [];
  private readonly seen = new Map<string, number>();
  private stub: Stub | null = null;

  static async start(): Promise<FaultyStore> {
    const faulty = new FaultyStore();
    faulty.stub = await serveStore((asked) => faulty.answer(asked));
    return faulty;
  }

  get endpoint(): string {
    return this.stub?.address.endpoint ?? "";
  }

  get objects(): ReadonlyMap<string, string> {
    return this.store.objects;
  }

  /** Starts again with these objects and faults. */
  reset(objects: ReadonlyMap<string, string>, faults: readonly StoreFault[]): void {
    this.store = new ObjectStore({ page: PAGE });
    for (const [key, text] of objects) this.store.objects.set(key, text);
    this.seen.clear();
    this.requests = 0;
    this.faults = faults;
  }

  async close(): Promise<void> {
    await this.stub?.[Symbol.asyncDispose]();
  }

  private answer(asked: Asked): Answer {
    this.requests++;
    const nth = this.seen.get(asked.what) ?? 0;
    this.seen.set(asked.what, nth + 1);
    const fault = this.faults.find(
      ({ request, from, times }) =>
        REQUESTS[request] === asked.what && nth >= from && nth < from + times,
    );
    const {
      text = "",
      headers,
      ...rest
    } = fault === undefined ? this.store.answer(asked) : { status: fault.status, text: fault.body };
    const always = { etag: TAG, "last-modified": new Date().toUTCString() };
    return { ...rest, text, headers: { ...always, ...headers } };
  }
}
