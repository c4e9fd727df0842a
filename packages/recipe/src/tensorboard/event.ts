import { bytesField, doubleField, floatField, integerField, message } from './protobuf.ts'

// Field numbers are those of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.

/** tf.Event: the first of a file. */
export function versionEvent(wallTime: number): Uint8Array {
  return message([doubleField(1, wallTime), bytesField(3, 'brain.Event:2')])
}

/** tf.Event with a SessionLog START: what earlier files tell of this step and later ones no longer holds. */
export function startEvent(wallTime: number, step: number): Uint8Array {
  const sessionLog = message([integerField(1, 1)])
  return message([doubleField(1, wallTime), integerField(2, step), bytesField(7, sessionLog)])
}

/** tf.Event with a Summary of numbers (float32, as its simple_value is). */
export function scalarsEvent(
  wallTime: number,
  step: number,
  values: Iterable<readonly [tag: string, value: number]>,
): Uint8Array {
  const summary = [...values].map(([tag, value]) => bytesField(1, message([bytesField(1, tag), floatField(2, value)])))
  return message([doubleField(1, wallTime), integerField(2, step), bytesField(5, message(summary))])
}
