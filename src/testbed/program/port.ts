import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { codeOf } from "../../model/fault/errors.ts";

const LOOPBACK = "127.0.0.1";

/**
 * Below the ephemeral ports (Linux from 32,768, others from 49,152), so that the system assigns
 * none of these to a connection or a listener on port 0.
 */
const FIRST_PORT = 20_000;
const PORTS = 10_000;
const ATTEMPTS = 100;

/** A port of the loopback that no other reservation on this host has. */
export interface ReservedPort {
  readonly port: number;
  /** Releases the port, also on repeated calls; the end of this process does too. */
  release(): void;
}

/**
 * Reserves a TCP port for a server, also after its end: no other server may receive late requests.
 * A free port is not a reservation, even while MinIO runs: it listens with SO_REUSEPORT, and two
 * servers may share a port and each other's requests. The reservation is the UDP port of the same
 * number, which the kernel gives to one socket only and releases when its process ends.
 */
export async function reservePort(): Promise<ReservedPort> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const release = await hold(port);
    if (release === null) continue;
    if (await isFree(port)) return { port, release };
    release();
  }
  throw new Error(`no port of the loopback is free in ${ATTEMPTS} attempts`);
}

async function hold(port: number): Promise<(() => void) | null> {
  const socket = createSocket("udp4");
  try {
    socket.bind({ port, address: LOOPBACK, exclusive: true });
    await once(socket, "listening");
    socket.unref();
    let held = true;
    return () => {
      if (held) socket.close();
      held = false;
    };
  } catch (error) {
    socket.close();
    if (codeOf(error) === "EADDRINUSE" || codeOf(error) === "EACCES") return null;
    throw error;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, LOOPBACK);
    await once(probe, "listening");
  } catch {
    return false;
  }
  probe.close();
  await once(probe, "close");
  return true;
}
