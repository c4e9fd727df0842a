// Published shapes by name. A context (`data.blockSize`) and a vocabulary come from elsewhere; what the models were published with
// is in the comments.

/** What a preset settles; what the config says itself comes first. */
export interface PresetShape {
  readonly layers: number
  readonly width: number
  readonly heads: number
}

/** Radford et al. 2019 (context 1024, vocabulary 50257); Brown et al. 2020, table 2.1 (context 2048); and two for a laptop. */
export const gpt2Presets = {
  'gpt2-nano': { layers: 4, width: 128, heads: 4 },
  'gpt2-mini': { layers: 6, width: 384, heads: 6 },
  gpt2: { layers: 12, width: 768, heads: 12 },
  'gpt2-medium': { layers: 24, width: 1024, heads: 16 },
  'gpt2-large': { layers: 36, width: 1280, heads: 20 },
  'gpt2-xl': { layers: 48, width: 1600, heads: 25 },
  'gpt3-6.7b': { layers: 32, width: 4096, heads: 32 },
  'gpt3-13b': { layers: 40, width: 5120, heads: 40 },
  gpt3: { layers: 96, width: 12_288, heads: 96 },
} as const satisfies Record<string, PresetShape>

/** Devlin et al. 2019 (context 512, vocabulary 30522); the small ones of Turc et al. 2019. */
export const bertPresets = {
  'bert-tiny': { layers: 2, width: 128, heads: 2 },
  'bert-mini': { layers: 4, width: 256, heads: 4 },
  'bert-small': { layers: 4, width: 512, heads: 8 },
  'bert-medium': { layers: 8, width: 512, heads: 8 },
  'bert-base': { layers: 12, width: 768, heads: 12 },
  'bert-large': { layers: 24, width: 1024, heads: 16 },
} as const satisfies Record<string, PresetShape>

export interface LlamaPresetShape extends PresetShape {
  readonly keyHeads: number
  readonly inner: number
  readonly theta?: number
  readonly tieHead?: boolean
}

/**
 * Touvron et al. 2023 (context 4096, vocabulary 32000); Llama 3 (context 8192, vocabulary 128256); SmolLM2 of Hugging Face
 * (vocabulary 49152); TinyLlama; and one for a laptop.
 */
export const llamaPresets = {
  'llama-nano': { layers: 4, width: 192, heads: 6, keyHeads: 3, inner: 512, tieHead: true },
  'smollm2-135m': { layers: 30, width: 576, heads: 9, keyHeads: 3, inner: 1536, theta: 100_000, tieHead: true },
  'smollm2-360m': { layers: 32, width: 960, heads: 15, keyHeads: 5, inner: 2560, theta: 100_000, tieHead: true },
  'tinyllama-1.1b': { layers: 22, width: 2048, heads: 32, keyHeads: 4, inner: 5632 },
  'llama2-7b': { layers: 32, width: 4096, heads: 32, keyHeads: 32, inner: 11_008 },
  'llama3-8b': { layers: 32, width: 4096, heads: 32, keyHeads: 8, inner: 14_336, theta: 500_000 },
  'llama3-70b': { layers: 80, width: 8192, heads: 64, keyHeads: 8, inner: 28_672, theta: 500_000 },
} as const satisfies Record<string, LlamaPresetShape>

/** Why a section does not settle a shape; undefined where it does. */
export function unsettled(
  section: {
    readonly [key in 'preset' | keyof PresetShape]?: unknown
  },
) {
  const missing = (['layers', 'width', 'heads'] as const).filter(key => section[key] === undefined)
  if (section.preset !== undefined || missing.length === 0) return undefined
  return { key: missing[0]!, message: `expected layers, width and heads, or a preset; ${missing.join(', ')} not given` }
}

/** The section with what its preset settles. */
export function withPreset<Section extends { preset?: string | undefined }, Preset extends PresetShape>(
  { preset, ...section }: Section,
  presets: Readonly<Record<string, Preset>>,
): Omit<Section, 'preset'> & Preset {
  const given = Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined))
  return { ...(preset === undefined ? {} : presets[preset]), ...given } as Omit<Section, 'preset'> & Preset
}
