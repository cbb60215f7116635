import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkShape } from './check-shape.js';
import { rootFolder } from './list-services.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'streamworks-shape-'));
  write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n  - services/*\n');
  // The packages of this repository are the model, with a service made of nothing but its shape.
  for (const file of ['package.json', 'tsconfig.json', 'tsconfig.build.json']) {
    const target = join(root, 'services/pow', file);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(rootFolder, 'services/pow', file), target);
  }
  for (const file of [
    'README.md',
    'src/main.ts',
    'src/config.ts',
    'src/client.ts',
    'src/handlers.ts',
    'src/handlers.test.ts',
    'test/wire.test.ts',
  ]) {
    write(`services/pow/${file}`, '\n');
  }
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function changePackage(change: (json: Record<string, unknown>) => void): void {
  const path = 'services/pow/package.json';
  const json = JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, unknown>;
  change(json);
  write(path, JSON.stringify(json));
}

const check = (steps: Record<string, unknown> = { pow: [] }): string[] => checkShape(root, steps);

describe('checkShape', () => {
  it('finds nothing in a service of the right shape', () => {
    expect(check()).toEqual([]);
  });

  it.each(['README.md', 'src/main.ts', 'src/config.ts', 'src/client.ts', 'src/handlers.ts', 'test/wire.test.ts'])(
    'misses %s',
    (file) => {
      rmSync(join(root, 'services/pow', file));
      expect(check()).toEqual([`services/pow: ${file} is missing`]);
    },
  );

  it('takes a folder of handlers for handlers.ts', () => {
    rmSync(join(root, 'services/pow/src/handlers.ts'));
    write('services/pow/src/handlers/pow.ts', '');
    expect(check()).toEqual([]);
  });

  it('misses a test that calls the handlers directly', () => {
    rmSync(join(root, 'services/pow/src/handlers.test.ts'));
    expect(check()).toEqual(['services/pow: src has no test that calls domain and handlers directly']);
  });

  it('refuses a main.ts of more than 30 lines', () => {
    write('services/pow/src/main.ts', 'x\n'.repeat(30));
    expect(check()).toEqual([]);
    write('services/pow/src/main.ts', 'x\n'.repeat(31));
    expect(check()).toEqual(['services/pow: src/main.ts has 31 lines, and may have 30']);
  });

  it('refuses a script that differs, one too few and one too many', () => {
    changePackage((json) => {
      const { typecheck: _, ...scripts } = json['scripts'] as Record<string, string>;
      json['scripts'] = { ...scripts, test: 'jest', lint: 'oxlint' };
    });
    expect(check()).toEqual([
      'services/pow: package.json: the script test is not as in the other services',
      'services/pow: package.json: the script typecheck is not as in the other services',
      'services/pow: package.json: no other service has a script lint',
    ]);
  });

  it('lets dev set what the service alone needs', () => {
    changePackage((json) => {
      const scripts = json['scripts'] as Record<string, string>;
      scripts['dev'] = String(scripts['dev']).replace('exec', 'POW_SEED=on exec');
    });
    expect(check()).toEqual([]);
  });

  it('refuses a tsconfig.json of its own', () => {
    write('services/pow/tsconfig.json', '{}');
    expect(check()).toEqual(['services/pow: tsconfig.json is not as in the other packages']);
  });

  it('misses the steps of a service in the demo, and refuses steps of a service that is not there', () => {
    expect(check({ sum: [] })).toEqual([
      'services/pow: has no step in scripts/src/demo-steps.ts',
      'scripts/src/demo-steps.ts: sum is no service',
    ]);
  });

  it('wants files and engines of a package that is published', () => {
    cpSync(join(rootFolder, 'packages/proto/package.json'), join(root, 'packages/proto/package.json'), {
      recursive: true,
    });
    for (const file of ['tsconfig.json', 'tsconfig.build.json']) {
      cpSync(join(rootFolder, 'packages/proto', file), join(root, 'packages/proto', file));
    }
    write('packages/proto/README.md', '');
    expect(check()).toEqual([]);
    const json = JSON.parse(readFileSync(join(root, 'packages/proto/package.json'), 'utf8')) as Record<string, unknown>;
    write('packages/proto/package.json', JSON.stringify({ ...json, files: undefined, engines: undefined }));
    expect(check()).toEqual([
      'packages/proto: package.json: "files" is missing, and it is published',
      'packages/proto: package.json: "engines" is missing, and it is published',
    ]);
  });
  it('wants every file of others in NOTICE, and NOTICE in the package that ships them', () => {
    write('packages/proto/proto/grpc/health.proto', '// Copyright 2015 The gRPC Authors\n');
    write('packages/proto/proto/hello.proto', '');
    write('NOTICE', '  grpc/health.proto\n');
    write('packages/proto/NOTICE', '  grpc/health.proto\n');
    expect(check()).toEqual([]);
    write('NOTICE', '');
    expect(check()).toEqual([
      'packages/proto/NOTICE is not the same as NOTICE',
      'NOTICE does not name grpc/health.proto',
    ]);
  });
});
