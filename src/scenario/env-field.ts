import { z } from "zod";
import { field } from "../yaml/fields.ts";
import { PREFIX, secretName, VARIABLE_NAME } from "../yaml/interpolate.ts";
import { looksSecret } from "../yaml/secret-names.ts";

const DESCRIPTION =
  `Environment variables that \`\${NAME}\` may read in this file. Names that begin with ` +
  `${PREFIX} need no entry; names of credentials are refused.`;

const variable = field(
  { description: "Name of a variable.", type: "string", pattern: VARIABLE_NAME.source },
  (input) => {
    const name = typeof input === "string" ? input : "";
    if (!VARIABLE_NAME.test(name)) {
      return { problem: "expected the name of an environment variable, such as `FILE_SIZE`" };
    }
    return looksSecret(name) ? { problem: secretName(name) } : { value: name };
  },
);

/** The `env` list of scenarios and targets files. */
export const ENV_FIELD = z.array(variable).optional().describe(DESCRIPTION);
