/** A value that cannot be encoded, with the field it was given for (`laptop.ram.value`). */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
  /** `range`: a number of the right type that does not fit. `type`: anything else that the field cannot hold. */
  readonly reason: 'range' | 'type';
  readonly field: string;
  readonly problem: string;

  constructor(reason: 'range' | 'type', field: string, problem: string) {
    super(`${field}: ${problem}`);
    this.reason = reason;
    this.field = field;
    this.problem = problem;
  }

  /** The same error, seen from the message that holds the field's message. */
  within(field: string): EncodeError {
    const separator = this.field.startsWith('[') ? '' : '.';
    return new EncodeError(this.reason, `${field}${separator}${this.field}`, this.problem);
  }
}

/** Bytes that are no whole message of the expected type. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}
