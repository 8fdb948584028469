import { Socket } from "node:net";
import { type Channel, Inbox } from "../channel.ts";
import type { Lane } from "../dial/names.ts";
import { FrameError, FrameReader, frame } from "../frames.ts";

/** A channel with a way to send a message that is formatted. */
export interface LineChannel extends Channel {
  /** `lane`: of the message, for a channel that has several. */
  sendLine(line: string, lane: Lane): void;
}

/** Opens standard input and output, which have to be pipes or sockets. */
export function openStdio(): LineChannel {
  const inbox = new Inbox();
  const reader = new FrameReader(true);
  const input = open(0, { readable: true, writable: false });
  const output = open(1, { readable: false, writable: true });
  const gone = (): void => inbox.end("the coordinator has closed the connection");
  input.on("data", (bytes: Buffer) => {
    try {
      for (const message of reader.read(bytes)) inbox.deliver(message);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      inbox.end(`the coordinator ${error.message}`);
      input.destroy();
    }
  });
  for (const event of ["end", "close", "error"]) input.on(event, gone);
  output.on("error", gone);
  const sendLine = (line: string): void => {
    if (output.writable) output.write(line);
  };
  return {
    sendLine,
    send: (message) => sendLine(frame(message)),
    onMessage: (listener) => inbox.onMessage(listener),
    onClosed: (listener) => inbox.onClosed(listener),
    close() {
      output.end(() => inbox.end("the session has ended"));
    },
    lastWords: () => "",
  };
}

function open(fd: number, direction: { readable: boolean; writable: boolean }): Socket {
  try {
    return new Socket({ fd, ...direction });
  } catch {
    throw new Error("stdin and stdout have to be pipes of a coordinator");
  }
}
