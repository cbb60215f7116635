import { delimiter, join } from 'node:path';
import { rootFolder } from '../src/list-services.js';

/** What pnpm gives to the scripts of the root package, for turbo: the tools of the root, and where it may write. */
export function processEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', CI = '' } = process.env;
  return { PATH: [join(rootFolder, 'node_modules/.bin'), PATH].join(delimiter), HOME, CI };
}
