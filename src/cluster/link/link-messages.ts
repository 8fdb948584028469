import type { Json } from "../channel.ts";

/** From the main thread to the thread of the session. */
export type ToLink =
  | { readonly line: string }
  | { readonly close: true }
  /** The session has ended, and the main thread is still at work. */
  | { readonly alive: true };

/** From the thread of the session to the main thread. */
export type FromLink = { readonly message: Json } | { readonly closed: string };
