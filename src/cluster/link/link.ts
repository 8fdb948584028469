/**
 * The agent's end of a session, in a separate thread. The thread reads and writes standard input
 * and output, answers clock requests and sends beats: a main thread that is busy for seconds is not
 * a lost host, and messages of several threads do not mix. `stdio.ts` is the channel of the thread,
 * `link.ts` (read it first) that of the main thread.
 */
import { Worker } from "node:worker_threads";
import { threadModule } from "../../model/thread-module.ts";
import { type Channel, Inbox } from "../channel.ts";
import { laneOf } from "../dial/names.ts";
import { frame } from "../frames.ts";
import type { FromLink, LinkStart, ToLink } from "./link-messages.ts";

const THREAD = threadModule("./link-thread", import.meta.url);

/** Interval in which the main thread shows that it is not blocked while it ends. */
const ALIVE_MS = 1000;

/**
 * Opens the session of this process: on standard input and output, or over a server to which its
 * coordinator connects, too.
 */
export function openLink(dial: LinkStart = null): Channel {
  const inbox = new Inbox();
  const thread = new Worker(THREAD, { name: "session", workerData: dial });
  const post = (order: ToLink): void => thread.postMessage(order);
  const ended = (why: string): void => {
    if (!inbox.ended) setInterval(() => post({ alive: true }), ALIVE_MS).unref();
    inbox.end(why);
  };
  thread.on("message", (news: FromLink) => {
    if ("message" in news) inbox.deliver(news.message);
    else ended(news.closed);
  });
  thread.on("error", (error) => inbox.end(`the thread of the session failed: ${error.message}`));
  thread.on("exit", () => inbox.end("the thread of the session has ended"));
  return {
    send: (message) => post({ line: frame(message), lane: laneOf(message) }),
    onMessage: (listener) => inbox.onMessage(listener),
    onClosed: (listener) => inbox.onClosed(listener),
    close: () => post({ close: true }),
    lastWords: () => "",
  };
}
