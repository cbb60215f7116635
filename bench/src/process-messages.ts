/** What a server process tells and is asked over IPC. */
export interface Announcement {
  readonly port: number;
}

/** Resident memory and processor time of a server process. */
export interface Usage {
  readonly rssBytes: number;
  readonly cpuMicros: number;
}

/** Tells the parent the port, and answers each of its messages with the usage of this process. */
export function announce(port: number): void {
  process.send?.({ port } satisfies Announcement);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    globalThis.gc?.();
    process.send?.({ rssBytes: process.memoryUsage.rss(), cpuMicros: user + system } satisfies Usage);
  });
}
