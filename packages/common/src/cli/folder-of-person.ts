/** Where the person stands who runs a client script: the paths on its command line begin there. */
export function folderOfPerson(): string {
  // oxlint-disable-next-line node/no-process-env -- pnpm runs a script elsewhere, and says here where the person stands
  return process.env['INIT_CWD'] ?? process.cwd();
}
