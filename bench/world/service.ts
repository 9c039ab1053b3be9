// Posthorn as its users run it: `posthorn serve` from a copy of the build, in a process of its own.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { ServiceProcess } from '../../packages/posthorn/tests/support/service-process.ts';
import { copyProgram, type Program } from '../../packages/proving/support/program.ts';
import type { Place } from './places.ts';

export const API_KEY = 'bench-api-key-0123456789';
export const ENCRYPTION_KEY = Buffer.alloc(32, 7);

/** The settings of every service of the benchmark, wherever it keeps its work. */
export function serviceEnvironment(caFile: string): Record<string, string> {
  return {
    POSTHORN_PORT: '0',
    POSTHORN_API_KEY: API_KEY,
    POSTHORN_ENCRYPTION_KEY: ENCRYPTION_KEY.toString('hex'),
    POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
    POSTHORN_EXTRA_CA: caFile,
  };
}

export interface ServiceMaker {
  start(place: Place, more?: Readonly<Record<string, string>>): Promise<ServiceProcess>;
}

/**
 * @param folder for the copy, and the services' working folder
 * @param profileFolder where each service leaves its CPU profiles when it stops
 */
export function serviceMaker(folder: string, caFile: string, profileFolder?: string): ServiceMaker {
  const program: Program = copyProgram(folder);
  const profile: Record<string, string> = {};
  if (profileFolder !== undefined) {
    mkdirSync(profileFolder, { recursive: true });
    profile['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${resolve(profileFolder)}`;
  }
  return {
    start: (place, more = {}) =>
      ServiceProcess.start(program, {
        folder,
        environment: { ...serviceEnvironment(caFile), ...place.environment, ...profile, ...more },
      }),
  };
}
