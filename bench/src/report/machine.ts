import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, platform, release } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where and with what a run was made. */
export interface Machine {
  readonly date: string;
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  /** The processes that wanted a core in the last minute, when the run began. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

const packages = ['@grpc/grpc-js', 'nice-grpc', '@connectrpc/connect-node', '@bufbuild/protobuf'];

/** Describes this machine and the versions of the peers. */
export function readMachine(): Machine {
  return {
    date: new Date().toISOString(),
    os: `${platform()} ${release()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    load: loadavg()[0] ?? 0,
    versions: {
      node: process.version.slice(1),
      ours: readVersion('@streamworks/common'),
      ...Object.fromEntries(packages.map((name) => [name, readVersion(name)])),
    },
  };
}

const { resolve } = createRequire(import.meta.url);

/** The version in the package.json above the entry of a package, which `exports` mostly hides. */
function readVersion(name: string): string {
  let folder = dirname(name.startsWith('@streamworks/') ? fileURLToPath(import.meta.resolve(name)) : resolve(name));
  for (; dirname(folder) !== folder; folder = dirname(folder)) {
    const found = readPackage(join(folder, 'package.json'));
    if (found?.name === name) return found.version ?? 'unknown';
  }
  return 'unknown';
}

function readPackage(path: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined; // there is none in this folder
  }
}

/** The machine in two lines, and a third where it has other things to do. */
export function describeMachine({ date, os, cpu, cores, load, versions }: Machine): string[] {
  const lines = [
    `${date.slice(0, 16).replace('T', ' ')} UTC, ${cores} cores (${cpu}), ${os}, load ${load.toFixed(1)}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  ];
  if (load <= cores / 2) return lines;
  return [...lines, `warning: this machine was busy when the run began (load ${load.toFixed(1)} on ${cores} cores)`];
}
