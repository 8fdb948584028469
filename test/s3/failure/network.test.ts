import { writeFileSync } from "node:fs";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import type { BucketAddress } from "../../../src/model/target/target.ts";
import { makeClient } from "../../../src/s3/client.ts";
import { preflightFailure } from "../../../src/s3/failure/failure.ts";
import { networkFailure } from "../../../src/s3/failure/network.ts";
import { rejection, scratch } from "../../storage/support.ts";
import { certificate, expired } from "../certificate.ts";
import { listeningPort } from "../listening.ts";

const CREDENTIALS = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };

function served(options: ServerOptions): Promise<number> {
  return listeningPort(createTlsServer(options, (_, response) => response.end()));
}

/** Message of preflight for a bucket at an address. */
async function sentenceFor(endpoint: string, caPath?: string): Promise<string> {
  const address: BucketAddress = {
    endpoint,
    region: "eu-west-1",
    bucket: "data",
    prefix: "",
    pathStyle: true,
    ...(caPath === undefined ? {} : { caPath }),
  };
  Object.assign(process.env, CREDENTIALS);
  const client = makeClient(address, { connections: 1, retries: 0 });
  onTestFinished(() => client.destroy());
  const error = await rejection(client.send(new HeadBucketCommand({ Bucket: "data" })));
  const refused = preflightFailure(error, address);
  expect(refused.exitCode).toBe(3);
  return refused.message;
}

describe("a failed TLS connection has a reason", () => {
  test("the certificate is for another name", async () => {
    const { key, cert, path } = certificate("store.example");
    const port = await served({ key, cert });
    const sentence = await sentenceFor(`https://127.0.0.1:${port}`, path);
    expect(sentence).toMatch(/is for DNS:store\.example, not for this host name .*; use one of/);
    expect(sentence).not.toContain("does not sign it");
  });

  test("the certificate is self-signed", async () => {
    const { key, cert } = certificate("localhost");
    const port = await served({ key, cert });
    expect(await sentenceFor(`https://localhost:${port}`)).toMatch(
      /is self-signed .* set `ca` to it/,
    );
  });

  test("the certificate has another authority", async () => {
    const { key, cert } = certificate("localhost");
    const { path } = certificate("other");
    const port = await served({ key, cert });
    expect(await sentenceFor(`https://localhost:${port}`, path)).toContain(
      `and ${path} does not sign it`,
    );
  });

  test("the certificate has expired", async () => {
    const { key, cert, path } = expired("localhost");
    const port = await served({ key, cert });
    const sentence = await sentenceFor(`https://localhost:${port}`, path);
    expect(sentence).toMatch(/has expired \(CERT_HAS_EXPIRED\); renew it .* clock of this host/);
  });

  test("the server has no TLS version in common", async () => {
    const { key, cert, path } = certificate("localhost");
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" } as const;
    const port = await served({ key, cert, ...old });
    const sentence = await sentenceFor(`https://localhost:${port}`, path);
    expect(sentence).toMatch(/has no TLS version in common with this host/);
  });

  test("the server requires a client certificate", async () => {
    const { key, cert, path } = certificate("localhost");
    const port = await served({ key, cert, ca: cert, requestCert: true, rejectUnauthorized: true });
    expect(await sentenceFor(`https://localhost:${port}`, path)).toMatch(
      /requires a client certificate|closed the connection/,
    );
  });

  test("`ca` is not a certificate", async () => {
    const path = join(scratch(), "ca.pem");
    writeFileSync(path, "no certificate");
    const refused = await rejection(sentenceFor("https://localhost:1", path));
    expect(refused).toBeInstanceOf(PreflightError);
    expect(refused.message).toMatch(/ca\.pem cannot be read .*; name a readable PEM file as `ca`/);
  });
});

describe("an unreachable host has a reason", () => {
  test("nothing listens", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await sentenceFor(`http://127.0.0.1:${port}`)).toMatch(
      /nothing listens there \(ECONNREFUSED\); check its host and port/,
    );
  });

  test("the host name is unknown", async () => {
    expect(await sentenceFor("http://no-such-host.invalid:9000")).toMatch(
      /its host name is unknown \(ENOTFOUND\)|DNS server did not respond \(EAI_AGAIN\)/,
    );
  });

  test.each(["EMFILE", "ENFILE", "ENOBUFS", "EADDRNOTAVAIL", "ENOMEM"])(
    "%s is a limit of this host",
    (code) => {
      const error = Object.assign(new Error(`connect ${code}`), { code });
      expect(networkFailure(code, error, { endpoint: "http://store" })).toMatch(
        /a limit of this host is reached: .*; (raise|use|widen)/,
      );
    },
  );
});
