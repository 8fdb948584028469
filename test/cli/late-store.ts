import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { startStub } from "../engine/s3-stub.ts";

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

interface Asked {
  readonly what: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly source: string;
  readonly body: Buffer;
}

interface Answer {
  readonly status?: number;
  readonly text?: string;
  readonly etag?: string;
}

class Objects {
  readonly objects = new Map<string, Buffer>();
  readonly uploads = new Map<string, { readonly key: string; readonly parts: Buffer[] }>();
  #begun = 0;

  answer({ what, key, query, source, body }: Asked): Answer {
    const id = query.get("uploadId") ?? "";
    switch (what) {
      case "GET ?versioning":
        return xml("VersioningConfiguration");
      case "GET ?uploads":
        return xml("ListMultipartUploadsResult", this.#listUploads(query.get("prefix") ?? ""));
      case "GET ?list-type":
        return xml("ListBucketResult", this.#list(query.get("prefix") ?? "", query));
      case "POST ?delete":
        for (const [, one = ""] of body.toString().matchAll(/<Key>(.*?)<\/Key>/g))
          this.objects.delete(one);
        return xml("DeleteResult");
      case "POST ?uploads":
        this.uploads.set(`u${++this.#begun}`, { key, parts: [] });
        return xml("InitiateMultipartUploadResult", `<UploadId>u${this.#begun}</UploadId>`);
      case "PUT part":
        this.uploads.get(id)?.parts.push(body);
        return { etag: tagOf(body) };
      case "POST ?uploadId": {
        const upload = this.uploads.get(id);
        if (upload === undefined) return refusal("NoSuchUpload");
        this.uploads.delete(id);
        this.objects.set(key, Buffer.concat(upload.parts));
        return xml("CompleteMultipartUploadResult", "<ETag>&quot;1-2&quot;</ETag>");
      }
      case "DELETE ?uploadId":
        this.uploads.delete(id);
        return { status: 204 };
      case "PUT copy":
        this.objects.set(key, this.objects.get(source) ?? Buffer.alloc(0));
        return xml("CopyObjectResult", "<ETag>&quot;1&quot;</ETag>");
      case "PUT":
        this.objects.set(key, body);
        return { etag: tagOf(body) };
      case "DELETE":
        this.objects.delete(key);
        return { status: 204 };
      default: {
        const found = this.objects.get(key);
        if (key !== "" && found === undefined) return refusal("NoSuchKey");
        return { text: found?.toString("latin1") ?? "", etag: tagOf(found ?? Buffer.alloc(0)) };
      }
    }
  }

  #listUploads(prefix: string): string {
    const found = [...this.uploads].filter(([, { key }]) => key.startsWith(prefix));
    const texts = found.map(
      ([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`,
    );
    return `<IsTruncated>false</IsTruncated>${texts.join("")}`;
  }

  #list(prefix: string, query: URLSearchParams): string {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const head = "<IsTruncated>false</IsTruncated>";
    if (query.get("delimiter") !== null) {
      const ends = keys.map((key) => key.indexOf("/", prefix.length) + 1);
      const folders = new Set(keys.map((key, i) => key.slice(0, ends[i])));
      const texts = [...folders].filter((one) => one.length > prefix.length);
      const inner = texts.map((one) => `<CommonPrefixes><Prefix>${one}</Prefix></CommonPrefixes>`);
      return head + inner.join("");
    }
    const texts = keys.map((key) => {
      const object = this.objects.get(key) ?? Buffer.alloc(0);
      return `<Contents><Key>${key}</Key><Size>${object.length}</Size></Contents>`;
    });
    return head + texts.join("");
  }
}

const SUBS = ["list-type", "uploads", "uploadId", "versioning", "delete", "object-lock"];

export async function startLateStore(): Promise<LateStore> {
  const store = new Objects();
  let late = { what: "", ms: 0 };
  let held = 0;
  const stub = await startStub((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => {});
    response.on("error", () => {});
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://store");
      const query = url.searchParams;
      const sub = SUBS.find((name) => query.has(name));
      const source = String(request.headers["x-amz-copy-source"] ?? "");
      const other = sub === undefined ? String(request.method) : `${request.method} ?${sub}`;
      const put = query.has("partNumber") ? "PUT part" : source === "" ? other : "PUT copy";
      const key = decodeURIComponent(url.pathname.split("/").slice(2).join("/"));
      const from = decodeURIComponent(source.split("/").slice(1).join("/"));
      const asked = { what: put, key, query, source: from, body: Buffer.concat(chunks) };
      const respond = (): void => send(response, request.method ?? "", store.answer(asked));
      if (put !== late.what || key.endsWith("manifest.json")) respond();
      else {
        held++;
        setTimeout(() => {
          held--;
          respond();
        }, late.ms);
      }
    });
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

function send(response: ServerResponse, method: string, { status = 200, text = "", etag }: Answer) {
  const body = Buffer.from(text, "latin1");
  response.writeHead(status, { "content-length": body.length, ...(etag && { etag }) });
  response.end(method === "HEAD" ? undefined : body);
}

function tagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

function xml(root: string, inner = ""): Answer {
  return { text: `<?xml version="1.0"?>\n<${root}>${inner}</${root}>` };
}

function refusal(code: string): Answer {
  return { status: 404, text: `<Error><Code>${code}</Code></Error>` };
}
