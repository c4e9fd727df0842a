/** Mutations that each fuzz test makes: `SLUICE_MUTATIONS=2000` for a thorough run. */
export const mutations = Number(process.env.SLUICE_MUTATIONS ?? 200)

/** Milliseconds for a test that makes them all, on a machine that is busy. */
export const mutationsTimeout = Math.max(180_000, 300 * mutations)
