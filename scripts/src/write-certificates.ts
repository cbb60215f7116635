import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** What to write. */
export interface CertificateOptions {
  readonly folder: string;
  /** What the certificate of the server is for, besides localhost, 127.0.0.1 and ::1. */
  readonly hosts: readonly string[];
  readonly clientName: string;
  /** How long the certificates of server and client are valid; their CA is so for ten years. */
  readonly days: number;
  /** Whether to make a new CA where there is one. */
  readonly newCa: boolean;
}

/** A file that was written, or kept. */
export interface CertificateFile {
  readonly path: string;
  readonly note: string;
}

interface Issued {
  readonly cert: string;
  readonly key: string;
}

type Extensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>['extensions']>;

interface IssueOptions {
  readonly name: string;
  readonly days: number;
  readonly extensions: Extensions;
  /** Default: it signs itself. */
  readonly ca?: Issued;
}

const DAY_MS = 86_400_000;
const CA_DAYS = 3_650;

/** Writes a CA for development, and a certificate for a server and for a client that come from it. */
export async function writeCertificates(options: CertificateOptions): Promise<CertificateFile[]> {
  const { folder, hosts, clientName, days } = options;
  mkdirSync(folder, { recursive: true });
  const kept = options.newCa ? undefined : readCa(folder);
  const ca = kept ?? (await issueCa());
  const allHosts = ['localhost', '127.0.0.1', '::1', ...hosts];
  const server = await issueServer(ca, { hosts: allHosts, days });
  const client = await issueClient(ca, { name: clientName, days });
  return [
    ...(kept === undefined ? write(folder, 'ca', ca, 'the CA: who has it trusts the others') : note(folder)),
    ...write(folder, 'server', server, `for ${allHosts.join(', ')}`),
    ...write(folder, 'client', client, `for the client ${clientName}`),
  ];
}

/** The CA of an earlier run, if it is one that can still sign. Throws an Error where it cannot be read. */
function readCa(folder: string): Issued | undefined {
  const [certFile, keyFile] = [join(folder, 'ca.pem'), join(folder, 'ca-key.pem')];
  if (!existsSync(certFile) || !existsSync(keyFile)) return undefined;
  const [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')];
  try {
    const certificate = new X509Certificate(cert);
    if (certificate.ca && certificate.checkPrivateKey(createPrivateKey(key))) {
      return new Date(certificate.validTo).getTime() > Date.now() ? { cert, key } : undefined;
    }
  } catch {
    // Said below, in words of ours.
  }
  throw new Error(`${certFile} and ${keyFile} are no CA: take them away, or make a new one with --new-ca`);
}

function issueCa(): Promise<Issued> {
  return issue({
    name: 'Streamworks development CA',
    days: CA_DAYS,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
}

function issueServer(ca: Issued, { hosts, days }: Pick<CertificateOptions, 'hosts' | 'days'>): Promise<Issued> {
  const altNames = hosts.map((host) =>
    isIP(host) === 0 ? { type: 2 as const, value: host } : { type: 7 as const, ip: host },
  );
  const extensions: Extensions = [
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames },
  ];
  return issue({ name: 'localhost', days, ca, extensions });
}

function issueClient(ca: Issued, { name, days }: { readonly name: string; readonly days: number }): Promise<Issued> {
  const extensions: Extensions = [
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', clientAuth: true },
  ];
  return issue({ name, days, ca, extensions });
}

async function issue({ name, days, ca, extensions }: IssueOptions): Promise<Issued> {
  const subject = [
    { name: 'organizationName', value: 'Streamworks' },
    { name: 'commonName', value: name },
  ];
  const { cert, private: key } = await generate(subject, {
    algorithm: 'sha256',
    keyType: 'ec',
    // The clocks of containers and of virtual machines may be behind.
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
    extensions,
    ...(ca !== undefined && { ca }),
  });
  return { cert, key };
}

function write(folder: string, name: string, { cert, key }: Issued, text: string): CertificateFile[] {
  const files = [
    { path: join(folder, `${name}.pem`), content: cert, mode: 0o644, note: text },
    { path: join(folder, `${name}-key.pem`), content: key, mode: 0o600, note: 'its key' },
  ];
  for (const { path, content, mode } of files) {
    // Whole, or not at all: a server may be watching. And a file that is there would keep its mode.
    writeFileSync(`${path}.new`, content, { mode });
    renameSync(`${path}.new`, path);
  }
  return files;
}

function note(folder: string): CertificateFile[] {
  return ['ca.pem', 'ca-key.pem'].map((name) => ({ path: join(folder, name), note: 'kept' }));
}
