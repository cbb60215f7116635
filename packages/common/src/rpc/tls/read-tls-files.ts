import { readFile } from 'node:fs/promises';
import type { TlsFiles } from '../../config/tls-settings.js';
import { checkCertificates } from './certificates.js';
import type { ServerCertificates } from './server-tls.js';

/** Reads the files and checks them. Rejects with an Error in one line, which names the setting and the path. */
export async function readTlsFiles({ cert, key, clientCa }: TlsFiles): Promise<ServerCertificates> {
  const certificates = {
    cert: await read('TLS_CERT', cert),
    key: await read('TLS_KEY', key),
    clientCa: clientCa === undefined ? undefined : await read('TLS_CLIENT_CA', clientCa),
  };
  checkCertificates(
    { ...certificates, ca: certificates.clientCa },
    { cert: `TLS_CERT: ${cert}`, key: `TLS_KEY: ${key}`, ca: `TLS_CLIENT_CA: ${clientCa}` },
  );
  return certificates;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file (a relative path begins at the folder of the service)',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

async function read(variable: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new Error(`${variable}: ${path} cannot be read: ${reasons[code] ?? code}`, { cause: error });
  }
}
