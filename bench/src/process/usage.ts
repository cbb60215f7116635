import { readFileSync } from 'node:fs';

/** What a process has used since its start. */
export interface Usage {
  readonly cpuMicros: number;
  /** The most memory that was resident at once. */
  readonly peakBytes: number;
  /** The memory that is resident now. */
  readonly rssBytes: number;
}

/** Reads the usage of this process; before that collects garbage, where wanted and where Node was started for it. */
export function readOwnUsage({ collect = false }: { readonly collect?: boolean } = {}): Usage {
  const { user, system } = process.cpuUsage();
  if (collect) globalThis.gc?.();
  return { cpuMicros: user + system, peakBytes: readPeak(), rssBytes: process.memoryUsage.rss() };
}

/** Linux hands the `maxRSS` of a parent down to its children, and counts that of a process alone here. */
function readPeak(): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readStatus('self')) ?? [];
  return (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes)) * 1024;
}

function readStatus(id: string): string {
  try {
    return readFileSync(`/proc/${id}/status`, 'utf8');
  } catch {
    return ''; // no Linux
  }
}
