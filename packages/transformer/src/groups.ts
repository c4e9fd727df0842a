/** The kinds of weights a Transformer has, as reports tell them apart. */
export const parameterGroups = ['embeddings', 'positions', 'attention', 'feed-forward', 'norms'] as const
export type ParameterGroup = (typeof parameterGroups)[number]

/** In this order: a norm within attention is a norm. */
const patterns: readonly [ParameterGroup, RegExp][] = [
  ['norms', /(^|\.)(ln_\w+|LayerNorm|\w+_layernorm|model\.norm)\.(weight|bias)$/],
  ['positions', /(^|\.)(wpe|position_embeddings)\./],
  ['embeddings', /(^|\.)(wte|lm_head|embed_tokens|word_embeddings|token_type_embeddings)\.|^cls\.predictions\.bias$/],
  ['attention', /\.(attn|self_attn|attention)\./],
  ['feed-forward', /\.(mlp|intermediate|output\.dense|transform\.dense)\./],
]

/**
 * The group of a parameter, by its Hugging Face name. An untied output projection counts among the embeddings: it is the
 * other table with a row for each token.
 *
 * @throws RangeError for a name that no model here has
 */
export function parameterGroup(name: string): ParameterGroup {
  for (const [group, names] of patterns) if (names.test(name)) return group
  throw new RangeError(`no group of parameters has "${name}"`)
}
