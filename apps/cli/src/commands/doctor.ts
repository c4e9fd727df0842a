import { availableParallelism, freemem, totalmem } from 'node:os'
import { inspectBackends } from '@sluice/recipe'
import { coloursFor } from '../terminal/colours.ts'
import { bytes } from '../terminal/format.ts'
import type { Command } from './command.ts'

export const doctorCommand: Command<{ readonly json: boolean }> = {
  command: 'doctor',
  describe: 'Say what this machine can compute with, and what to do about what is missing',
  options: {
    json: { type: 'boolean', default: false, describe: 'Print one JSON object' },
  },
  examples: [['$0 doctor', 'backends, Node, cores, memory']],
  async run({ json }, console) {
    const machine = {
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      cores: availableParallelism(),
      memory: totalmem(),
      freeMemory: freemem(),
    }
    const { chosen, reports } = await inspectBackends()
    if (json) {
      console.stdout.write(`${JSON.stringify({ ...machine, backend: chosen, backends: reports })}\n`)
      return 0
    }
    const colours = coloursFor(console.stdout, console.env)
    const line = (text: string) => console.stdout.write(`${text}\n`)
    line(`Node ${machine.node} on ${machine.platform}, ${machine.cores} cores`)
    line(`memory ${bytes(machine.memory)}, ${bytes(machine.freeMemory)} free`)
    line('')
    for (const { name, available, reason, advice } of reports) {
      const mark = available ? colours.green('yes') : colours.yellow('no ')
      line(`${mark}  ${name.padEnd(10)}  ${reason}`)
      if (advice) line(`${' '.repeat(17)}${colours.dim(advice)}`)
    }
    line('')
    line(`"auto" takes ${colours.bold(chosen.name)}: ${chosen.description}`)
    return 0
  },
}
