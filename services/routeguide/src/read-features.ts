import { readFileSync } from 'node:fs';
import { StartError } from '@streamworks/common';
import type { Feature, Point } from '@streamworks/proto/routeguide/route_guide';
import { findPointProblem } from './point.js';

/** What some editors put at the start of a file. */
const BYTE_ORDER_MARK = /^\uFEFF/;

/** The longest name: as long as a note. */
const MOST_NAME_BYTES = 4 * 1024;

/**
 * Reads a feature file: a JSON array of `{"location":{"latitude":…,"longitude":…},"name":"…"}`, in E7, a name of at most
 * 4 KiB. What else an entry has is left out. Throws a StartError that names the file and its first bad entry, counted from 1.
 */
export function readFeatures(path: string): Feature[] {
  const entries = readJson(path);
  if (!Array.isArray(entries)) throw toError(path, 'is no JSON array');
  return entries.map((entry: unknown, index) => {
    const result = readFeature(entry);
    if (typeof result === 'string') throw toError(path, `entry ${index + 1}: ${result}`);
    return result;
  });
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(BYTE_ORDER_MARK, ''));
  } catch (error) {
    if (error instanceof SyntaxError) throw toError(path, `is no JSON: ${error.message.replaceAll(/\s+/g, ' ')}`);
    const { code = 'unknown' } = error as NodeJS.ErrnoException; // the file system throws no other
    throw toError(path, `cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}`);
  }
}

/** The feature, or what is wrong with the entry. */
function readFeature(entry: unknown): Feature | string {
  if (!isObject(entry)) return 'is no object';
  const { name, location } = entry;
  if (typeof name !== 'string') return 'name is no text';
  if (!name.isWellFormed()) return 'name has half a surrogate pair';
  const bytes = Buffer.byteLength(name);
  if (bytes > MOST_NAME_BYTES) return `name has ${bytes} bytes, and may have ${MOST_NAME_BYTES}`;
  if (!isObject(location)) return 'location is no object';
  const { latitude, longitude } = location;
  if (!Number.isInteger(latitude)) return 'location.latitude is no integer';
  if (!Number.isInteger(longitude)) return 'location.longitude is no integer';
  const point = { latitude, longitude } as Point; // both are integers
  const problem = findPointProblem(point);
  return problem === undefined ? { name, location: point } : `location.${problem.field} ${problem.description}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function toError(path: string, problem: string): StartError {
  return new StartError(`ROUTEGUIDE_FEATURES: ${path}: ${problem}`);
}
