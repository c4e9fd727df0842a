// What tests import as fast-check (see vitest.config.ts): properties draw the same values in every run, so that a failure is of the
// change at hand. `SLUICE_SEED=12345` draws others, `SLUICE_SEED=random` new ones each time; a failure prints its seed.
import fc from 'fast-check'

const asked = process.env.SLUICE_SEED ?? '1'
if (asked !== 'random') {
  const seed = Number(asked)
  if (!Number.isInteger(seed)) throw new Error(`SLUICE_SEED must be an integer or "random", found "${asked}"`)
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
}

export * from 'fast-check'
export default fc
