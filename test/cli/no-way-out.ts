import { appendFileSync } from "node:fs";
import net from "node:net";

/**
 * Loaded first, in every thread (`--import`): writes down where each connection goes, and lets none
 * leave this machine.
 */
const file = process.env.ASSAY_TEST_CONNECTIONS ?? "";
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
  const [first] = Array.isArray(args[0]) ? args[0] : args;
  const { host = "localhost", port = 0, path } = Object(first);
  if (path == null) {
    appendFileSync(file, `${host}:${port}\n`);
    if (!/^(127\.0\.0\.1|localhost|::1)$/.test(host)) {
      process.nextTick(() => this.destroy(Object.assign(new Error("away"), { code: "EPERM" })));
      return this;
    }
  }
  return Reflect.apply(connect, this, args) as net.Socket;
};
