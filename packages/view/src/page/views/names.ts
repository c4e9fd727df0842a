/** Each view, and what is there once it has its answers: for tests, and for whoever makes pictures of them. */
export const views: readonly { readonly path: string; readonly ready: string }[] = [
  { path: 'run', ready: '.flow' },
  { path: 'tokens', ready: '.detail' },
  { path: 'embeddings', ready: '.scatter' },
  { path: 'attention', ready: '.heads' },
  { path: 'layers', ready: '.lens' },
  { path: 'weights', ready: '.heat' },
  { path: 'blame', ready: 'table' },
]
