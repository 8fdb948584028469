import { registerHooks } from "node:module";

/** Loaded first, in every thread (`--import`): koffi is not there, as where it has no binary. */
registerHooks({
  resolve(name, context, next) {
    if (name === "koffi") throw new Error("koffi is not there");
    return next(name, context);
  },
});
