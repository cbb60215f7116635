import type { Setting } from '../config/setting.js';

/** The row of a setting in a table of Markdown: `| variable | default | what is allowed | meaning |`. */
export function toSettingRow(setting: Setting<unknown>): string {
  return `| \`${setting.variable}\` | \`${setting.default}\` | ${setting.allowed} | ${setting.description} |`;
}

/** The rows of settings in a text of Markdown, in its order, without the blanks that line up its columns. */
export function readSettingRows(markdown: string): string[] {
  const rows = markdown.match(/^\| `[A-Z0-9_]+`.*$/gm) ?? [];
  return rows.map((row) => row.replaceAll(/ +/g, ' '));
}
