import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootFolder } from './list-services.js';

/** For files of each kind: what they may not import, and what they may. A statement is given whole where names count. */
const walls: Readonly<Record<string, { readonly forbidden: readonly string[]; readonly allowed: readonly string[] }>> =
  {
    'packages/proto/src/codec.ts': {
      forbidden: ['@streamworks/common', '@streamworks/pow', 'jose', 'pino', 'pg', 'node:sqlite'],
      allowed: ['@grpc/proto-loader', './contract.js'],
    },
    'packages/common/src/rpc/serve.ts': {
      forbidden: ['@streamworks/pow', '@streamworks/storage', 'jose', 'jose/errors', 'pino', 'kysely'],
      allowed: ['@grpc/grpc-js', '@streamworks/proto', '@streamworks/proto/hello', '../logging/create-logger.js'],
    },
    'packages/common/src/testing/streams.ts': {
      forbidden: ['@streamworks/pow', 'jose', 'pino'],
      allowed: ['@grpc/grpc-js'],
    },
    'packages/common/src/config/setting.ts': { forbidden: ['@grpc/grpc-js', 'jose', 'pino', 'pg'], allowed: ['zod'] },
    'packages/common/src/cli/run-client.ts': { forbidden: ['@grpc/grpc-js', 'pino'], allowed: ['@streamworks/proto'] },
    'packages/common/src/errors/to-status.ts': {
      forbidden: ['@grpc/grpc-js', 'jose', 'pino', '../rpc/serve.js', '@streamworks/storage'],
      allowed: ['@streamworks/proto/google/rpc/status', './status-error.js'],
    },
    'packages/common/src/logging/pretty.ts': {
      forbidden: ['@grpc/grpc-js', '../rpc/serve.js', 'jose', '@streamworks/proto', 'pg'],
      allowed: ['pino', 'pino-pretty'],
    },
    'packages/common/src/auth/token-verifier.ts': {
      forbidden: ['@grpc/grpc-js', '../rpc/serve.js', '../testing/index.js', '@streamworks/proto', 'pino', 'pg'],
      allowed: [
        'jose',
        'jose/jwt/verify',
        'zod',
        '../errors/status-error.js',
        '../config/setting.js',
        '../logging/create-logger.js',
      ],
    },
    'packages/common/src/rate/token-bucket.ts': {
      forbidden: ['@grpc/grpc-js', 'jose', 'pino'],
      allowed: ['../memory/bounded-map.js'],
    },
    'packages/common/src/memory/bounded-map.ts': { forbidden: ['@grpc/grpc-js', 'jose', 'pino'], allowed: [] },
    'packages/storage/src/open-database.ts': {
      forbidden: ['@grpc/grpc-js', 'jose', 'pino', '@streamworks/pow'],
      allowed: ['@photostructure/sqlite', 'kysely', 'pg', '@streamworks/common', '@streamworks/proto'],
    },
    'services/pow/src/main.ts': {
      forbidden: ['@streamworks/hello', '@grpc/grpc-js', 'jose', 'pino', 'pg', '../../hello/src/greeting.js'],
      allowed: [
        '@streamworks/common',
        '@streamworks/storage',
        '@streamworks/proto/stream/pow',
        './config.js',
        './handlers.js',
        './powers.js',
      ],
    },
    'services/pow/src/handlers.ts': {
      forbidden: [
        './main.js',
        './config.js',
        './client.js',
        '@streamworks/hello',
        '@grpc/grpc-js',
        'jose',
        'pino',
        'pg',
        '@streamworks/storage',
      ],
      allowed: [
        '@streamworks/common',
        "import type { ServerStream } from '@streamworks/proto/stream/pow'",
        './powers.js',
      ],
    },
    'services/pow/src/handlers/pow.ts': {
      forbidden: ['../config.js', '../main.js', '@grpc/grpc-js'],
      allowed: ['../powers.js'],
    },
    'services/pow/src/client.ts': {
      forbidden: ['./main.js', '@streamworks/hello', '@grpc/grpc-js'],
      allowed: ['@streamworks/common/cli', '@streamworks/proto/stream/pow', './powers.js'],
    },
    'services/pow/src/client/print-powers.ts': {
      forbidden: ['../main.js', '@streamworks/hello', '@grpc/grpc-js', 'pg'],
      allowed: ['@streamworks/common', '@streamworks/common/cli', '@streamworks/proto/stream/pow', '../powers.js'],
    },
    'services/pow/src/config.ts': {
      forbidden: ['./main.js', '@grpc/grpc-js', 'pg'],
      allowed: ['@streamworks/common', '@streamworks/storage'],
    },
    'services/pow/src/powers.ts': {
      forbidden: [
        "import { StatusError } from '@streamworks/common'",
        "import { createClient } from '@streamworks/common'",
        "import type { Context } from '@streamworks/common'",
        "import { ServerStream } from '@streamworks/proto/stream/pow'",
        '@streamworks/common/cli',
        '@streamworks/common/testing',
        '@streamworks/hello',
        '@grpc/grpc-js',
        'jose',
        'pino',
        'pg',
        './main.js',
        './config.js',
        './handlers.js',
        './handlers/pow.js',
        './client.js',
        './client/print-powers.js',
        '@streamworks/storage',
      ],
      allowed: [
        "import type { Logger } from '@streamworks/common'",
        "import type { Laptop } from '@streamworks/proto/techschool/pcbook/laptop_message'",
        "import { LaptopCodec } from '@streamworks/proto/techschool/pcbook/laptop_message'",
        './powers-store.js',
        'node:fs',
      ],
    },
    'services/pow/src/database-power-store.ts': {
      forbidden: [
        "import { StatusError } from '@streamworks/common'",
        "import { ServerStream } from '@streamworks/proto/stream/pow'",
        '@streamworks/common/testing',
        '@streamworks/storage/testing',
        '@streamworks/hello',
        '@grpc/grpc-js',
        'kysely',
        'pg',
        './config.js',
        './handlers.js',
      ],
      allowed: ['@streamworks/storage', "import type { Logger } from '@streamworks/common'", './power-store.js'],
    },
    'services/pow/src/handlers.test.ts': {
      forbidden: ['./main.js', '@grpc/grpc-js', '@streamworks/hello'],
      allowed: ['@streamworks/common/testing', './handlers.js', './config.js'],
    },
    'services/pow/test/wire.test.ts': {
      forbidden: ['../src/main.js', '@grpc/grpc-js', '@streamworks/hello'],
      allowed: ['@streamworks/common/testing', '../src/handlers.js', '@streamworks/proto/stream/pow'],
    },
    'scripts/src/demo.ts': {
      forbidden: ['@grpc/grpc-js', 'jose', 'pino', 'pg', '../../services/pow/src/main.js'],
      allowed: ['@streamworks/common/testing', './run-demo.js'],
    },
  };

const folder = mkdtempSync(join(tmpdir(), 'streamworks-walls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The lines of each file in which an import is refused: the file's statements are one a line, from line 1. */
const refused = new Map<string, Set<number>>();

beforeAll(() => {
  copyFileSync(join(rootFolder, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  for (const [file, { forbidden, allowed }] of Object.entries(walls)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), [...forbidden, ...allowed].map((text) => `${toStatement(text)};\n`).join(''));
  }
  const oxlint = join(rootFolder, 'node_modules/.bin/oxlint');
  const { stdout } = spawnSync(oxlint, ['--config', '.oxlintrc.json', '--format', 'json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { code: string; filename: string; labels: { span: { line: number } }[] }[];
  };
  for (const { code, filename, labels } of diagnostics) {
    if (!code.includes('no-restricted-imports')) continue;
    const lines = refused.get(filename) ?? new Set();
    for (const { span } of labels) lines.add(span.line);
    refused.set(filename, lines);
  }
});

function toStatement(text: string): string {
  return text.startsWith('import ') ? text : `import '${text}'`;
}

describe('who may import whom', () => {
  for (const [file, { forbidden, allowed }] of Object.entries(walls)) {
    it(`holds in ${file}`, () => {
      const lines = refused.get(file) ?? new Set();
      const statements = [...forbidden, ...allowed];
      expect(statements.filter((_, index) => lines.has(index + 1))).toEqual(forbidden);
    });
  }
});
