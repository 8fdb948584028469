import type { Handler } from "./serve.ts";

/** The methods that an agent serves. */
export const METHODS: Readonly<Record<string, Handler>> = {
  /** Returns its parameters, as a check of the connection. */
  ping: (params) => Promise.resolve(params),
};
