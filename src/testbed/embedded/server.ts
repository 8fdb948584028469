import { writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import {
  begunUpload,
  EMBEDDED,
  type EmbeddedTask,
  endedUpload,
  listingOfVersions,
  type OpenUpload,
  replyOf,
  versionsXml,
} from "./requests.ts";

/** Larger than any part: the package refuses bodies of more than 11 MiB. */
const MAX_BODY_BYTES = 2 ** 30;
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

interface Response {
  readonly statusCode: number;
  code(status: number): Response;
  header(name: string, value: string): Response;
  send(body: string): Response;
}

type OnBody = (request: unknown, body: Buffer, done: (error: null, body: Buffer) => void) => void;

/** The used part of the package's fastify application. */
interface App {
  addHook(
    name: "onRequest",
    hook: (request: Request, reply: Response) => Promise<unknown>,
  ): unknown;
  addHook(
    name: "onSend",
    hook: (request: Request, reply: Response, body: unknown) => Promise<unknown>,
  ): unknown;
  removeContentTypeParser(type: string): unknown;
  addContentTypeParser(type: string, options: object, parser: OnBody): unknown;
  inject(request: object): Promise<{ readonly statusCode: number; readonly body: string }>;
  listen(address: { readonly port: number; readonly host: string }): Promise<string>;
}

/** The used part of the package. */
interface Embedded {
  buildApp(options: { readonly logger: false; readonly host: string }): App;
}

/** Serves S3 on the loopback until the process is ended. */
async function serve({ port, accessKey, ready }: EmbeddedTask): Promise<void> {
  const { buildApp } = (await import(EMBEDDED)) as Embedded;
  const app = buildApp({ logger: false, host: "127.0.0.1" });
  app.removeContentTypeParser("*");
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: MAX_BODY_BYTES }, (_, body, done) =>
    done(null, body),
  );
  const uploads = new Map<string, OpenUpload>();
  // Requests that this process makes itself pass the check of the access key with this header.
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/`;
  app.addHook("onRequest", async (request, reply) => {
    const own = replyOf(request, accessKey, uploads.values());
    if (own !== null) return respond(reply, own.status, own.xml);
    const listing = listingOfVersions(request);
    if (listing === null) return undefined;
    const listed = await app.inject({ method: "GET", url: listing, headers: { authorization } });
    return reply
      .code(listed.statusCode)
      .header("content-type", "application/xml")
      .send(versionsXml(listed.body));
  });
  app.addHook("onSend", async (request, reply, body) => {
    const isPost = request.method === "POST";
    const started = isPost ? begunUpload(request, reply.statusCode, String(body)) : null;
    if (started !== null) uploads.set(started.id, started);
    const ended = endedUpload(request, reply.statusCode);
    if (ended !== null) uploads.delete(ended);
    return body;
  });
  await app.listen({ port, host: "127.0.0.1" });
  await writeFile(ready, "");
}

function respond(reply: Response, status: number, xml: string): Response {
  return reply
    .code(status)
    .header("content-type", "application/xml")
    .send(DECLARATION + xml);
}

if (import.meta.main) await serve(JSON.parse(process.argv[2] ?? "") as EmbeddedTask);
