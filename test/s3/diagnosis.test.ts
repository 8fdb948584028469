import { createServer, type Server } from "node:net";
import tls from "node:tls";
import { describe, expect, test } from "vitest";
import { useStubCredentials } from "../engine/objects/fault-driver.ts";
import { startStub } from "../engine/objects/stub.ts";
import { certificate } from "./certificate.ts";
import { listeningPort } from "./listening.ts";
import { refusal } from "./refusal.ts";

useStubCredentials();

const PAGE = "<html><head><title>Sign in\u0007 to Wi-Fi</title></head><body></body></html>";

async function sentenceAt(endpoint: string): Promise<string> {
  return refusal({ endpoint, region: "us-east-1", bucket: "b", prefix: "", pathStyle: true });
}

function speaking(text: string): Server {
  return createServer((socket) => void socket.write(text));
}

describe("identifies an endpoint that is not an S3 server before a run", () => {
  test.each<[string, number, Record<string, string>, string, RegExp]>([
    ["a page", 200, { "content-type": "text/html" }, PAGE, /\(an HTML page\)/],
    ["a page without a type", 200, {}, PAGE, /\(an HTML page titled "Sign in to Wi-Fi"\)/],
    ["a page that is not found", 404, {}, PAGE, /\(404, an HTML page titled "Sign in/],
    ["a login page", 302, { location: "https://login.example/a?b=c" }, "", /login\.example\)/],
    ["a login page below", 302, { location: "/login" }, "", /\(302, a redirect to \/login\)/],
    ["an empty body", 200, {}, "", /\(an empty body\)/],
    ["JSON", 200, { "content-type": "application/json" }, '{"a":1}', /\(JSON\)/],
    ["JSON that is not found", 404, {}, '{"error":"no"}', /\(404, JSON\)/],
    ["text", 400, {}, "Client sent an HTTP request to an HTTPS server.\n", /an HTTPS server\."\)/],
    ["other XML", 200, {}, "<rss></rss>", /\(<rss>\)/],
  ])("%s", async (_, status, headers, body, got) => {
    await using stub = await startStub((request, response) => {
      request.resume().on("end", () => response.writeHead(status, headers).end(body));
    });
    const sentence = await sentenceAt(stub.address.endpoint ?? "");
    expect(sentence).toMatch(/^http:\/\/127\.0\.0\.1:\d+ does not respond as an S3 server \(/);
    expect(sentence).toMatch(got);
    expect(sentence).not.toMatch(/\p{Cc}/u);
  });

  test("an SSH server", async () => {
    const port = await listeningPort(speaking("SSH-2.0-OpenSSH_9.6\r\n"));
    for (const scheme of ["http", "https"]) {
      const sentence = await sentenceAt(`${scheme}://127.0.0.1:${port}`);
      expect(sentence).toMatch(
        /does not respond as an S3 server \(an SSH server: SSH-2\.0-OpenSSH/,
      );
    }
  });

  test("a mail server", async () => {
    const port = await listeningPort(speaking("220 mail.example ESMTP\r\n"));
    const sentence = await sentenceAt(`http://127.0.0.1:${port}`);
    expect(sentence).toMatch(
      /does not respond as an S3 server \(the text "220 mail\.example ESMTP/,
    );
  });

  test("TLS with an http URL", async () => {
    const server = tls.createServer(certificate("localhost"), (socket) =>
      socket.on("error", () => {}),
    );
    server.on("tlsClientError", () => {});
    const sentence = await sentenceAt(`http://127.0.0.1:${await listeningPort(server)}`);
    expect(sentence).toMatch(/does not respond as an S3 server \(TLS; use https:\/\/\)/);
  });

  test("plain HTTP with an https URL", async () => {
    await using stub = await startStub((_, response) => response.end());
    const sentence = await sentenceAt((stub.address.endpoint ?? "").replace("http:", "https:"));
    expect(sentence).toMatch(/does not respond as an S3 server \(plain HTTP; use http:\/\/\)/);
  });
});

test("an S3 server with errors is still an S3 server", async () => {
  const busy = "<Error><Code>ServiceUnavailable</Code><Message>busy</Message></Error>";
  for (const [status, body] of [
    [403, "<Error><Code>AccessDenied</Code></Error>"],
    [500, busy],
    [503, "<html>busy</html>"],
  ] as const) {
    await using stub = await startStub((_, response) => response.writeHead(status).end(body));
    expect(await sentenceAt(stub.address.endpoint ?? "")).not.toMatch(/does not answer as an S3/);
  }
});
