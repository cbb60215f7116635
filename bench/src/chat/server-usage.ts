/** What a server has used, by its metrics. */
export interface ServerUsage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** Reads the usage of a server; undefined without a URL. */
export async function readServerUsage(url: string): Promise<ServerUsage | undefined> {
  if (url === '') return undefined;
  const text = await (await fetch(url)).text();
  const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return { cpuSeconds: read('process_cpu_seconds_total'), residentBytes: read('process_resident_memory_bytes') };
}
