/**
 * A response that HTTP calls a success and that is not what S3 defines for its request. `code`:
 * `ENOTS3` (another kind of response), `EETAG` (no entity tag), `ESIZE` (another size than the
 * object's), `EWRONGRANGE` (other bytes than asked for), `EVERSION` (another version), `EENCODED`
 * (a compressed body), `ELOOP` and `EPROTO` (listings).
 */
export class ContractError extends Error {
  override readonly name = "ContractError";
  readonly code: string;
  /** What came instead, as a noun; null if the message alone says it. */
  readonly got: string | null;

  constructor(code: string, message: string, got: string | null = null) {
    super(message);
    this.code = code;
    this.got = got;
  }
}
