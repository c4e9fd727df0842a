/** What `--backend` takes. */
export const backends = ['auto', 'tensorflow', 'native', 'wasm', 'cpu'] as const
