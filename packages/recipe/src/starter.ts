/** A first recipe, for `pipeline init`: whole, commented, and small enough for a laptop. */
export function starterRecipe(): string {
  return `{
  // With this line an editor completes and explains every key. The file may have comments and trailing commas.
  "$schema": "./schema.json",
  "name": "my-model",
  "seed": 1,

  // Where the text comes from: "text" (a file is a document), "books" (Project Gutenberg's wrapping is removed) or "jsonl".
  // Paths are relative to this file; compressed files (.gz) are read as they are.
  "sources": [{ "use": "text", "path": "corpus/*.txt" }],

  // How text becomes tokens: "bpe" learns pieces of words from the text itself.
  "tokenizer": { "use": "bpe", "vocabSize": 2048 },

  "data": {
    "blockSize": 128, // tokens the model sees at once
    "batchSize": 16, // blocks in a training step
    // The last 5 % of every document is held out, to measure on text the model has never seen.
    "evaluation": { "share": 0.05, "by": "tail" },
  },

  // A small GPT. More layers and width learn more, and take longer.
  "model": { "use": "gpt2", "layers": 4, "width": 128, "heads": 4, "dropout": 0.1 },

  "train": {
    "steps": 1000,
    "learningRate": 1e-3,
    "warmup": 50,
    "evaluateEvery": 100, // measured on the held-out text
    "sampleEvery": 100, // lets the model write, to see how it gets on
  },

  // Ctrl-C writes one more; \`pipeline run recipe.jsonc --resume\` goes on from the latest.
  "checkpoint": { "every": 100, "formats": ["safetensors"] },
}
`
}
