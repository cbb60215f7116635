import { generate } from 'selfsigned';

/** A certificate with its key, in PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate of a test says. */
export interface IssueOptions {
  /** Default: `localhost`. */
  readonly commonName?: string;
  /** Default: localhost, 127.0.0.1 and ::1. */
  readonly hosts?: readonly string[];
  /** When its time ends, in days from now; Default: 1. */
  readonly days?: number;
  /** When its time begins, in days from now. Default: -10. */
  readonly fromDay?: number;
}

/** A CA of a test. */
export interface TestCa extends Issued {
  issue(options?: IssueOptions): Promise<Issued>;
}

const DAY_MS = 86_400_000;
const algorithm = { algorithm: 'sha256', keyType: 'ec' } as const;

/** Creates one; nothing of it is in a file. */
export async function createCa(name = 'A test CA'): Promise<TestCa> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    ...algorithm,
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  return {
    cert,
    key,
    async issue({ commonName = 'localhost', hosts = ['localhost', '127.0.0.1', '::1'], days = 1, fromDay = -10 } = {}) {
      const subject = [
        { name: 'organizationName', value: 'Streamworks' },
        { name: 'commonName', value: commonName },
      ];
      const issued = await generate(subject, {
        ...algorithm,
        ca: { cert, key },
        notBeforeDate: new Date(Date.now() + fromDay * DAY_MS),
        notAfterDate: new Date(Date.now() + days * DAY_MS),
        extensions: [
          { name: 'subjectAltName', altNames: hosts.map(toAltName) },
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        ],
      });
      return { cert: issued.cert, key: issued.private };
    },
  };
}

function toAltName(host: string): { type: 7; ip: string } | { type: 2; value: string } {
  return /^[\d.]+$|:/.test(host) ? { type: 7, ip: host } : { type: 2, value: host };
}
