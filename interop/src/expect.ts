import { CallError, type ErrorCode } from '@streamworks/common';

/** What is wrong with the server under test: the reason that is printed beside the case. */
export class CaseFailure extends Error {
  override readonly name = 'CaseFailure';
}

/** Throws unless the two are the same; `what` begins the sentence. */
export function expectSame<Value>(what: string, actual: Value, wanted: Value): void {
  if (Object.is(actual, wanted)) return;
  throw new CaseFailure(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
}

/** Waits for a call to fail with a code, and gives its error. */
export async function expectFailure(call: Promise<unknown>, code: ErrorCode): Promise<CallError> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (error.code === code) return error;
    throw new CaseFailure(`the status is ${error.code} (${error.statusMessage}), not ${code}`);
  }
  throw new CaseFailure(`the call went on or ended with OK: the status should be ${code}`);
}
