import type { Json } from "../channel.ts";
import type { DialOptions } from "../dial/agent.ts";
import type { Lane } from "../dial/names.ts";

/** Data that the thread starts with; null: standard input and output. */
export type LinkStart = DialOptions | null;

/** From the main thread to the thread of the session. */
export type ToLink =
  | { readonly line: string; readonly lane: Lane }
  | { readonly close: true }
  /** The session has ended, and the main thread is still at work. */
  | { readonly alive: true };

/** From the thread of the session to the main thread. */
export type FromLink = { readonly message: Json } | { readonly closed: string };
