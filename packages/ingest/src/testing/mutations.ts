/** Mutations that each fuzz test makes: `SLUICE_MUTATIONS=2000` for a thorough run. */
export const mutations = Number(process.env.SLUICE_MUTATIONS ?? 200)
