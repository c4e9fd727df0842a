import { resolve } from 'node:path'
import { byteSize, ConfigError } from '@sluice/pipeline'
import { type ExportFormat, exportFormats, exportModel } from '@sluice/recipe'
import type { Command } from './command.ts'

interface ExportCommandOptions {
  readonly run: string
  readonly out: string
  readonly format: ExportFormat
  readonly dtype: 'f32' | 'bf16' | 'f16'
  readonly shardSize: string
  readonly checkpoint: number | undefined
}

export const exportCommand: Command<ExportCommandOptions> = {
  command: 'export <run>',
  describe: 'Write a trained model for others',
  positionals: {
    run: { type: 'string', demandOption: true, describe: 'Folder of the run, such as runs/quickstart' },
  },
  options: {
    out: { type: 'string', demandOption: true, describe: 'A directory for hf, else a file' },
    format: {
      type: 'string',
      choices: exportFormats,
      default: 'hf',
      describe: 'hf: what from_pretrained opens; else the weights alone',
    },
    dtype: { type: 'string', choices: ['f32', 'bf16', 'f16'], default: 'f32', describe: 'What numbers are written as' },
    'shard-size': { type: 'string', default: '5GB', describe: 'Of hf: a file of weights holds at most so much' },
    checkpoint: { type: 'number', describe: 'Step of the checkpoint to write instead of the latest' },
  },
  examples: [['$0 export runs/quickstart --out my-gpt --dtype bf16', 'a directory for transformers']],
  async run({ run, out, format, dtype, shardSize, checkpoint }, console) {
    const shard = byteSize().safeParse(shardSize)
    if (!shard.success) throw new ConfigError(`--shard-size must be a size such as 2GB, not ${shardSize}`)
    const { step, files } = await exportModel({
      path: resolve(console.cwd, run),
      out: resolve(console.cwd, out),
      format,
      floats: dtype === 'f32' ? 'F32' : dtype === 'bf16' ? 'BF16' : 'F16',
      shardBytes: shard.data,
      step: checkpoint,
    })
    console.stdout.write(
      `step ${step}, ${dtype}: ${files.length === 1 ? files[0] : `${files.length} files in ${out}`}\n`,
    )
    return 0
  },
}
