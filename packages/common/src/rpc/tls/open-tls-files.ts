import { StartError } from '../../config/setting.js';
import type { TlsFiles } from '../../config/tls-settings.js';
import type { Logger } from '../../logging/create-logger.js';
import { isExpired, readChain, toEnd, toSubject } from './certificates.js';
import { readTlsFiles } from './read-tls-files.js';
import type { ServerCertificates, ServerTls } from './server-tls.js';

/** Reads the certificates of a server from files, and watches those. Throws a {@link StartError} for bad ones. */
export async function openTlsFiles(files: TlsFiles, log: Logger): Promise<ServerTls> {
  const { cert, key, clientCa } = files;
  try {
    const first = await readTlsFiles(files);
    logCertificate(log.child({ cert, key, clientCa }), first, 'TLS is on');
    return { ...first, watch: (onNew) => watchTlsFiles({ files, first, log, onNew }) };
  } catch (error) {
    throw new StartError((error as Error).message, { cause: error });
  }
}

interface WatchOptions {
  readonly files: TlsFiles;
  readonly first: ServerCertificates;
  readonly log: Logger;
  readonly onNew: (certificates: ServerCertificates) => void;
}

/**
 * Contents are compared, at intervals: files that are swapped by a link, as Kubernetes does it, tell nobody. They may be
 * half written, or not belong together yet: those before stay in use then, and the log says so once.
 */
function watchTlsFiles({ files, first, log, onNew }: WatchOptions): () => void {
  let current = first;
  let problem: string | undefined;
  let isStopped = false;
  const look = async (): Promise<void> => {
    try {
      const found = await readTlsFiles(files);
      problem = undefined;
      if (isStopped || isSame(found, current)) return;
      onNew(found);
      current = found;
      logCertificate(log, found, 'new TLS certificates are in use');
    } catch (error) {
      const { message: reason } = error as Error;
      if (reason !== problem) log.warn({ reason }, 'the TLS files cannot be used: those before stay in use');
      problem = reason;
    }
  };
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    timer = setTimeout(() => void look().then(wait), files.reloadIntervalMs).unref();
    if (isStopped) clearTimeout(timer);
  };
  wait();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

function isSame(one: ServerCertificates, other: ServerCertificates): boolean {
  return (['cert', 'key', 'clientCa'] as const).every((part) => String(one[part]) === String(other[part]));
}

function logCertificate(log: Logger, { cert }: ServerCertificates, message: string): void {
  const [certificate] = readChain(cert, 'cert');
  const described = { subject: toSubject(certificate), validTo: toEnd(certificate).toISOString() };
  log.info(described, message);
  if (isExpired(certificate)) log.warn(described, 'the TLS certificate has expired: clients will refuse it');
}
