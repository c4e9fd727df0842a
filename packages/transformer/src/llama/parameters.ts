import type { HfLayout, HfPart } from '../hf/layout.ts'
import type { ParameterSpec } from '../parameters.ts'
import type { ModelShape } from '../shape.ts'
import { type LlamaConfig, type LlamaOptions, llamaConfig } from './config.ts'

/**
 * Every parameter under the name that Hugging Face's LlamaForCausalLM gives it, in its order, but with projections as [in, out]
 * and those that read the same side by side: `qkv_proj` is q, k and v; `gate_up_proj` is gate and up.
 *
 * Initialisation is transformers': normal(0, 0.02), norms 1.
 */
export function llamaParameters(config: LlamaConfig): Map<string, ParameterSpec> {
  const { vocabSize: V, width: C, inner: F, layers, initializerRange: std } = config
  const { queries, keys } = projectedWidths(config)
  const normal = (...shape: number[]): ParameterSpec => ({ shape, init: { std } })
  const norm: ParameterSpec = { shape: [C], init: { value: 1 } }
  const specs = new Map<string, ParameterSpec>([['model.embed_tokens.weight', normal(V, C)]])
  for (let layer = 0; layer < layers; layer++) {
    const l = `model.layers.${layer}`
    specs.set(`${l}.self_attn.qkv_proj.weight`, normal(C, queries + 2 * keys))
    specs.set(`${l}.self_attn.o_proj.weight`, normal(queries, C))
    specs.set(`${l}.mlp.gate_up_proj.weight`, normal(C, 2 * F))
    specs.set(`${l}.mlp.down_proj.weight`, normal(F, C))
    specs.set(`${l}.input_layernorm.weight`, norm)
    specs.set(`${l}.post_attention_layernorm.weight`, norm)
  }
  specs.set('model.norm.weight', norm)
  if (!config.tieHead) specs.set('lm_head.weight', normal(V, C))
  return specs
}

export function llamaLayout(config: LlamaConfig): HfLayout {
  const { width, inner, layers } = config
  const { queries, keys } = projectedWidths(config)
  const layout = new Map<string, HfPart[]>()
  for (let layer = 0; layer < layers; layer++) {
    const at = (name: string) => `model.layers.${layer}.${name}.weight`
    const put = (own: string, parts: Readonly<Record<string, number>>) =>
      layout.set(
        at(own),
        Object.entries(parts).map(([name, columns]) => ({ name: at(name), columns })),
      )
    put('self_attn.qkv_proj', { 'self_attn.q_proj': queries, 'self_attn.k_proj': keys, 'self_attn.v_proj': keys })
    put('self_attn.o_proj', { 'self_attn.o_proj': width })
    put('mlp.gate_up_proj', { 'mlp.gate_proj': inner, 'mlp.up_proj': inner })
    put('mlp.down_proj', { 'mlp.down_proj': width })
  }
  return layout
}

/** What a Llama of this config is, without allocating any of it. */
export function llamaShape(options: LlamaOptions | LlamaConfig): ModelShape {
  const config = llamaConfig(options)
  return { family: 'llama', ...config, parameters: llamaParameters(config) }
}

/** Columns of the queries, and of the keys as of the values. */
function projectedWidths({ width, heads, keyHeads }: LlamaConfig) {
  return { queries: width, keys: (width / heads) * keyHeads }
}
