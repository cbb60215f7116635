import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

const SEPARATOR = '@';

/** Tells this process from every other one, those that had its number before included. */
const PROCESS = randomUUID();

/** Where process numbers mean the same: one start of one system, and there one namespace of them. */
const NUMBERS = readNumberSpace();

/** The name of a temporary folder, which tells whose it is. */
export function toTemporaryName(): string {
  return [randomUUID(), process.pid, NUMBERS, PROCESS].join(SEPARATOR);
}

/** Whether this process has made a temporary folder. */
export function isOwn(name: string): boolean {
  return name.endsWith(SEPARATOR + PROCESS);
}

/** Whether the process that has made a temporary folder is known to be no more. Where its number means nothing here, it is not. */
export function isOfEndedProcess(name: string): boolean {
  const [, pidText = '', numbers] = name.split(SEPARATOR);
  const pid = Number(pidText);
  if (numbers !== NUMBERS || isOwn(name) || !Number.isSafeInteger(pid) || pid <= 0) return false;
  if (pid === process.pid) return true; // which has it now
  try {
    process.kill(pid, 0); // sends nothing
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Containers often have the name of their machine in common and process numbers of their own: Linux tells them apart. */
function readNumberSpace(): string {
  if (process.platform !== 'linux') return hostname();
  try {
    const start = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${start}.${readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '')}`;
  } catch {
    return PROCESS; // where that cannot be read, no number but its own means anything
  }
}
