import type { OpAttribute, TensorflowBinding } from '../../backends/tensorflow/engine.ts'
import { type Attribute, DTYPES, type Program, type Value } from './types.ts'

/** One call of the binding. */
interface Step {
  readonly name: string
  readonly attributes: readonly OpAttribute[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  /** Slots that nothing reads after it. */
  readonly last: readonly number[]
}

/** A program made ready to run. */
export interface Runnable {
  /** @param inputs ids of tensors. They are not deleted. @returns ids of new tensors */
  run(inputs: readonly number[]): number[]
  /** Deletes the constants. */
  dispose(): void
}

/** Runs programs operation by operation. A tensor is deleted as soon as nothing reads it any more. */
export function prepare(binding: TensorflowBinding, program: Program): Runnable {
  const constants = program.constants.map(({ value, values }) => ({
    slot: value.slot,
    id: binding.createTensor(value.shape, DTYPES[value.dtype], values),
  }))
  const steps = schedule(binding, program)
  const outputs = program.outputs.map(({ slot }) => slot)
  return {
    run(inputs) {
      const ids = new Array<number>(program.slots)
      for (const { slot, id } of constants) ids[slot] = id
      for (const [i, { slot }] of program.inputs.entries()) ids[slot] = inputs[i]!
      const made = new Set<number>()
      try {
        for (const step of steps) {
          const given = step.inputs.map(slot => ids[slot]!)
          const results = binding.executeOp(step.name, step.attributes, given, step.outputs.length)
          for (const [i, slot] of step.outputs.entries()) {
            ids[slot] = results[i]!.id
            made.add(slot)
          }
          for (const slot of step.last) {
            binding.deleteTensor(ids[slot]!)
            made.delete(slot)
          }
        }
      } catch (error) {
        for (const slot of made) binding.deleteTensor(ids[slot]!)
        throw error
      }
      return outputs.map(slot => ids[slot]!)
    },
    dispose() {
      for (const { id } of constants) binding.deleteTensor(id)
    },
  }
}

/** With the slots of every instruction that are read there for the last time: those made by instructions, and not outputs. */
function schedule(binding: TensorflowBinding, { instructions, outputs }: Program): Step[] {
  const spent = new Set(outputs.map(({ slot }) => slot))
  const made = new Set(instructions.flatMap(instruction => instruction.outputs.map(({ slot }) => slot)))
  const slots = (values: readonly Value[]) => values.map(({ slot }) => slot)
  const steps: Step[] = []
  for (const { name, attributes, inputs, outputs } of [...instructions].reverse()) {
    const last = [...new Set(slots([...inputs, ...outputs]))].filter(slot => made.has(slot) && !spent.has(slot))
    for (const slot of last) spent.add(slot)
    const ready = Object.entries(attributes).map(([key, value]) => bound(binding, key, value))
    steps.push({ name, attributes: ready, inputs: slots(inputs), outputs: slots(outputs), last })
  }
  return steps.reverse()
}

function bound(binding: TensorflowBinding, name: string, attribute: Attribute): OpAttribute {
  if (typeof attribute === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value: attribute }
  if (typeof attribute === 'number') return { name, type: binding.TF_ATTR_INT, value: attribute }
  if (typeof attribute === 'string') return { name, type: binding.TF_ATTR_STRING, value: attribute }
  return 'type' in attribute
    ? { name, type: binding.TF_ATTR_TYPE, value: DTYPES[attribute.type] }
    : { name, type: binding.TF_ATTR_FLOAT, value: attribute.float }
}
