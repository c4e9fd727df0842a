import { ConfigError } from '@sluice/pipeline'
import { z } from 'zod'

// What the shapes of all families are checked for. Each check throws ConfigError naming the member that cannot be.

export function checkWhole(members: Readonly<Record<string, number>>): void {
  for (const [key, value] of Object.entries(members)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ConfigError(`expected a positive whole number, found ${value}`, { place: `model.${key}` })
    }
  }
}

/** @param place of a rate of dropout */
export function checkRate(place: string, value: number): void {
  if (value >= 0 && value < 1) return
  throw new ConfigError(`expected a share from 0 to below 1, found ${value}`, { place: `model.${place}` })
}

/** A preset of a family in its section of a config. */
export function presetName<Name extends string>(presets: Readonly<Record<Name, unknown>>) {
  return z
    .enum(Object.keys(presets) as [Name, ...Name[]])
    .optional()
    .describe('a published shape; what else is given comes before it')
}
