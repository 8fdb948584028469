/** A response that breaks the contract of S3, although its HTTP status is a success. */
export class ContractError extends Error {
  override readonly name = "ContractError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
