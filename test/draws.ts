/** `ASSAY_TRUTH=long` (`npm run truth`) draws what takes minutes; the short form finds it too. */
export const LONG = process.env.ASSAY_TRUTH === "long";

/** How much a test draws: a little, or what `npm run truth` asks for. */
export function draws<Amount>(short: Amount, long: Amount): Amount {
  return LONG ? long : short;
}
