import { registerHooks } from "node:module";

/** Loaded first (`--import`): the optional clients of AWS's APIs are not installed. */
registerHooks({
  resolve(name, context, next) {
    if (/^@aws-sdk\/client-(ec2|efs|fsx|cloudwatch)$/.test(name)) {
      throw Object.assign(new Error("not found"), { code: "ERR_MODULE_NOT_FOUND" });
    }
    return next(name, context);
  },
});
