/** Whether `ASSAY_TRUTH=long` (`npm run truth`) is set, which draws for minutes. */
export const LONG = process.env.ASSAY_TRUTH === "long";

/** Returns the amount that a test draws: the short one, or the long one of `npm run truth`. */
export function draws<Amount>(short: Amount, long: Amount): Amount {
  return LONG ? long : short;
}
