import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  readServiceConfig,
  readSettings,
  schemas,
  type Environment,
  type ServiceConfig,
  type Setting,
} from '@streamworks/common';
import { readDatabaseConfig, type DatabaseConfig } from '@streamworks/storage';

const folder = new URL('..', import.meta.url);

/** The settings of this service alone. */
export const routeguideSettings = {
  featuresFile: {
    variable: 'ROUTEGUIDE_FEATURES',
    description: 'The features: a JSON array of `{"location":{"latitude":0,"longitude":0},"name":""}`, in E7.',
    allowed: 'the path of a JSON file',
    default: 'features.json',
    schema: schemas.text,
  },
  notesPerPoint: {
    variable: 'ROUTEGUIDE_NOTES_PER_POINT',
    description: 'How many notes one location keeps, the newest.',
    allowed: 'a number from 1 to 1000000',
    default: '1000',
    schema: schemas.integer(1, 1_000_000),
  },
} satisfies Record<string, Setting<unknown>>;

/** The settings of the routeguide service. */
export interface RouteguideConfig extends ServiceConfig {
  /** The path of the feature file; absolute. */
  readonly featuresFile: string;
  readonly notesPerPoint: number;
  readonly database: DatabaseConfig;
}

/** Reads the settings of the routeguide service. Throws a StartError that names a bad one. */
export function readConfig(environment: Environment): RouteguideConfig {
  const defaults = { service: 'routeguide', port: 50_051, metricsPort: 15_051, folder };
  const { featuresFile, notesPerPoint } = readSettings(environment, routeguideSettings);
  return {
    ...readServiceConfig(environment, defaults),
    featuresFile: resolve(fileURLToPath(folder), featuresFile),
    notesPerPoint,
    database: readDatabaseConfig(environment, defaults),
  };
}
