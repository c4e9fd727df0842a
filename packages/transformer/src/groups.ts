/** The kinds of weights a Transformer has, as reports tell them apart. */
export const parameterGroups = ['embeddings', 'positions', 'attention', 'feed-forward', 'norms'] as const
export type ParameterGroup = (typeof parameterGroups)[number]

/**
 * The group of a parameter, by its Hugging Face name. An untied output projection counts among the embeddings: it is the
 * other table with a row for each token.
 *
 * @throws RangeError for a name that no model here has
 */
export function parameterGroup(name: string): ParameterGroup {
  if (/(^|\.)(wte|lm_head)\./.test(name)) return 'embeddings'
  if (/(^|\.)wpe\./.test(name)) return 'positions'
  if (/(^|\.)ln_\w+\./.test(name)) return 'norms'
  if (/\.attn\./.test(name)) return 'attention'
  if (/\.mlp\./.test(name)) return 'feed-forward'
  throw new RangeError(`no group of parameters has "${name}"`)
}
