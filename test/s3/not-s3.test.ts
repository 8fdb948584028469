import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import tls from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { useStubCredentials } from "../engine/s3-fault-driver.ts";
import { startStub } from "../engine/s3-stub.ts";
import { scratch } from "../target/support.ts";
import { refusal } from "./refusal.ts";

useStubCredentials();

const OPENSSL = "openssl";
const PAGE = "<html><head><title>Sign in\u0007 to Wi-Fi</title></head><body></body></html>";

async function sentenceAt(endpoint: string): Promise<string> {
  return refusal({ endpoint, region: "us-east-1", bucket: "b", prefix: "", pathStyle: true });
}

/** Port of a server that is gone after the test. */
async function portOf(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function speaking(text: string): Server {
  return createServer((socket) => {
    socket.on("error", () => {});
    socket.write(text);
  });
}

/** A certificate of its own, as a store in a private network has one. */
function certificate(): tls.TlsOptions {
  const folder = scratch();
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-days", "1", "-nodes", "-keyout", key, "-out", cert];
  execFileSync(OPENSSL, ["req", "-x509", "-newkey", "rsa:2048", ...subject], { stdio: "pipe" });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

describe("an endpoint that is no S3 server is called that before anything is measured", () => {
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
    expect(sentence).toMatch(/^http:\/\/127\.0\.0\.1:\d+ does not answer as an S3 store \(/);
    expect(sentence).toMatch(got);
    expect(sentence).not.toMatch(/\p{Cc}/u);
  });

  test("an SSH server", async () => {
    const port = await portOf(speaking("SSH-2.0-OpenSSH_9.6\r\n"));
    for (const scheme of ["http", "https"]) {
      const sentence = await sentenceAt(`${scheme}://127.0.0.1:${port}`);
      expect(sentence).toMatch(/does not answer as an S3 store \(an SSH server: SSH-2\.0-OpenSSH/);
    }
  });

  test("a mail server", async () => {
    const port = await portOf(speaking("220 mail.example ESMTP\r\n"));
    const sentence = await sentenceAt(`http://127.0.0.1:${port}`);
    expect(sentence).toMatch(/does not answer as an S3 store \(the text "220 mail\.example ESMTP/);
  });

  test("TLS, spoken to in plain HTTP", async () => {
    const server = tls.createServer(certificate(), (socket) => socket.on("error", () => {}));
    server.on("tlsClientError", () => {});
    const sentence = await sentenceAt(`http://127.0.0.1:${await portOf(server)}`);
    expect(sentence).toMatch(/does not answer as an S3 store \(TLS; use https:\/\/\)/);
  });

  test("plain HTTP, spoken to with TLS", async () => {
    await using stub = await startStub((_, response) => response.end());
    const sentence = await sentenceAt((stub.address.endpoint ?? "").replace("http:", "https:"));
    expect(sentence).toMatch(/does not answer as an S3 store \(plain HTTP; use http:\/\/\)/);
  });
});

test("a server of S3 that is in trouble is not called something else", async () => {
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
