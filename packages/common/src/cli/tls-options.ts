import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ClientOptions } from '../rpc/create-client.js';
import { checkCertificates } from '../rpc/tls/certificates.js';
import { folderOfPerson } from './folder-of-person.js';
import { UsageError } from './usage-error.js';

/** The options of every client script that secure its connection. */
export const tlsOptions = {
  tls: { type: 'boolean', value: '', help: 'secures the connection with TLS; so does each of the next four' },
  ca: { type: 'string', value: ' <file>', help: "the CAs that may have signed the server's certificate (PEM)" },
  cert: { type: 'string', value: ' <file>', help: 'the certificate of the client, for a server that asks for one' },
  key: { type: 'string', value: ' <file>', help: 'its key' },
  'server-name': { type: 'string', value: ' <name>', help: "the name in the server's certificate, if not the host" },
} as const;

/** What a client is given for those options. Throws a {@link UsageError} for a file that cannot be used. */
export function readTlsOptions(
  values: Readonly<Record<string, unknown>>,
  folder: string = folderOfPerson(),
): Pick<ClientOptions, 'tls'> {
  if (Object.keys(tlsOptions).every((name) => values[name] === undefined)) return {};
  const read = (name: 'ca' | 'cert' | 'key'): Buffer | undefined => {
    const file = values[name];
    return file === undefined ? undefined : readNamed(`--${name}`, resolve(folder, String(file)));
  };
  const certificates = { ca: read('ca'), cert: read('cert'), key: read('key') };
  try {
    checkCertificates(certificates, { ca: '--ca', cert: '--cert', key: '--key' });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const serverName = values['server-name'];
  return { tls: { ...certificates, ...(serverName !== undefined && { serverName: String(serverName) }) } };
}

function readNamed(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${option}: ${path} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}`);
  }
}
