import { readPackage, rootFolder } from './list-services.js';

/** How the person who started this has called pnpm: without one of their own, through npx. */
export function toPnpm(): string {
  const fromNpx = process.env['PATH']?.includes('_npx') ?? false;
  return fromNpx ? `npx -y ${String(readPackage(rootFolder)['packageManager'])}` : 'pnpm';
}
