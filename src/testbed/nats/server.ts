import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../model/fault/errors.ts";
import { type Kept, keep } from "../foreground/keeper.ts";
import { type Certificate, makeCertificate } from "../program/certificate.ts";
import { type Failed, whenReady } from "../program/start.ts";
import { type Addresses, urlOf } from "./addresses.ts";
import { type NatsUser, natsConfig } from "./config.ts";
import { readInfo } from "./info.ts";

const POLL_MS = 10;

export interface ServerOptions {
  readonly binary: string;
  readonly users: readonly NatsUser[];
  readonly tls: boolean;
  readonly listen: string;
  readonly port: number;
  readonly addresses: Addresses;
}

/** A running nats-server. */
export interface NatsServer {
  /** The best of `urls`. */
  readonly url: string;
  /** URLs under all names of the server that other hosts may know. */
  readonly urls: readonly string[];
  /** Certificate authority for clients; null without TLS. */
  readonly caPem: string | null;
  /** Process id; another one after `restart`. */
  readonly pid: number;
  /** Version without a leading "v". */
  readonly version: string;
  /** Resolves when the process has ended, with its fatal error; null: it printed none. */
  readonly ended: Promise<string | null>;
  /** Kills it and starts it again on the same port and store. @throws Error if it does not start */
  restart(): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** Starts a nats-server on a port; returns the reason if it does not start. */
export async function startServer(options: ServerOptions): Promise<NatsServer | Failed> {
  const folder = await mkdtemp(join(tmpdir(), "assay-nats-"));
  try {
    return await startIn(folder, options);
  } catch (error) {
    // Until the server runs, nothing else removes the directory.
    await rm(folder, { recursive: true, force: true });
    return { failed: `${folder}: ${messageOf(error)}` };
  }
}

async function startIn(folder: string, options: ServerOptions): Promise<NatsServer | Failed> {
  const { tls, addresses, port } = options;
  const certificate = tls ? await makeCertificate(folder, addresses.certified) : null;
  if (certificate !== null && "failed" in certificate) {
    await rm(folder, { recursive: true, force: true });
    return certificate;
  }
  const name = `assay-${randomBytes(8).toString("hex")}`;
  await writeConfig(options, folder, name, certificate);
  const first = await launch(options, folder, name);
  if ("failed" in first) {
    await first.kept.stop();
    return { failed: first.failed };
  }
  let { kept } = first;
  const urls = addresses.reached.map((host) => urlOf(tls, host, port));
  return {
    url: urls[0] ?? urlOf(tls, addresses.local, port),
    urls,
    caPem: certificate?.pem ?? null,
    version: first.version,
    get pid() {
      return kept.pid;
    },
    get ended() {
      const { ended, words } = kept;
      return ended.then(() => fatalOf(words.text));
    },
    async restart() {
      await kill(kept);
      const next = await launch(options, folder, name);
      if ("failed" in next) {
        await next.kept.leave();
        throw new Error(`nats-server did not start again: ${next.failed}`);
      }
      // The former keeper removes the directory until the next one does, if this process is killed.
      const former = kept;
      kept = next.kept;
      await former.leave();
    },
    stop: () => kept.stop(),
  };
}

async function writeConfig(
  { listen, port, users }: ServerOptions,
  folder: string,
  name: string,
  certificate: Certificate | null,
): Promise<void> {
  const files =
    certificate === null ? null : { certFile: certificate.path, keyFile: certificate.keyPath };
  const storeDir = join(folder, "store");
  const config = natsConfig({ name, host: listen, port, storeDir, tls: files, users });
  await writeFile(configPath(folder), config, { mode: 0o600, flag: "wx" });
}

function configPath(folder: string): string {
  return join(folder, "nats.conf");
}

/** Starts a process of the server and waits until it accepts clients. */
async function launch(
  { binary, addresses, port }: ServerOptions,
  folder: string,
  name: string,
): Promise<{ readonly kept: Kept } & (Failed | { readonly version: string })> {
  const environment = { PATH: process.env.PATH ?? "", HOME: folder };
  const kept = await keep(folder, "KILL", [binary, "-c", configPath(folder)], environment);
  const info = await whenReady(kept, async () => {
    const found = await readInfo(addresses.local, port);
    // Another server may have taken the port.
    return found?.server_name === name ? found : null;
  });
  if (info === null) return { kept, failed: failureOf(kept.words, binary) };
  return { kept, version: info.version };
}

async function kill({ pid, words }: Kept): Promise<void> {
  if (!words.ended) process.kill(pid, "SIGKILL");
  while (!words.ended) await sleep(POLL_MS);
}

/** Returns the server's own words: its fatal error, else all. */
function failureOf({ text, ended }: Kept["words"], binary: string): string {
  const silent = ended ? `${binary} ended without a message` : "it did not respond in time";
  return fatalOf(text) ?? (text.trim() || silent);
}

/** Returns the last fatal error of a log, without time and level. */
function fatalOf(text: string): string | null {
  return [...text.matchAll(/\[FTL\] (.*)$/gm)].at(-1)?.[1] ?? null;
}
