// An endpoint's event types, between a field of text and the API.
import type { Endpoint } from '../api/answers.ts';

/** @returns `null` for every type */
export function readTypes(text: string): string[] | null {
  const types = [...new Set(text.split(/[\s,]+/).filter((part) => part !== ''))];
  return types.length === 0 ? null : types;
}

export const typesText = (types: Endpoint['eventTypes']): string => types?.join(' ') ?? '';
