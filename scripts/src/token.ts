import { createPrivateKey, KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readServiceConfig, StartError } from '@streamworks/common';
import { UsageError } from '@streamworks/common/cli';
import { signToken } from '@streamworks/common/testing';
import { help, readTokenCommand } from './token-command.js';

/**
 * `pnpm --silent token --sub ann`: prints a token for development, and nothing else on stdout. The exit code is 0 for
 * a token, 1 where there is no key to sign with, and 2 for a command line that cannot be understood.
 */

try {
  const request = readTokenCommand(process.argv.slice(2), Date.now());
  if (request === undefined) {
    process.stdout.write(help);
  } else {
    const key = request.keyFile === undefined ? readSecret() : readPrivateKey(request.keyFile);
    console.log(await signToken(key, request.claims));
  }
} catch (error) {
  if (!(error instanceof UsageError || error instanceof StartError)) throw error;
  const isUsage = error instanceof UsageError;
  console.error(`token: ${error.message}${isUsage ? '\nTry: pnpm --silent token --help' : ''}`);
  process.exitCode = isUsage ? 2 : 1;
}

/** The secret as a service reads it. */
function readSecret(): KeyObject {
  const { AUTH_JWT_SECRET } = process.env;
  const { auth } = readServiceConfig({ AUTH_JWT_SECRET }, { service: 'token', port: 0 });
  if (auth?.keys instanceof KeyObject) return auth.keys;
  throw new StartError('AUTH_JWT_SECRET is not set: it is what to sign with, unless --key names a private key');
}

function readPrivateKey(file: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem =
      code?.startsWith('ERR_') === false
        ? `cannot be read (${code})`
        : 'holds no private key in PEM, or an encrypted one';
    throw new StartError(`--key ${JSON.stringify(file)}: the file ${problem}`);
  }
}
