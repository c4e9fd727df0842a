/** Everything that can be told about a fault beyond its message. */
export interface Fault {
  /** Instance id of the stage, source or sink. */
  stage?: string
  file?: string
  /** Line, byte, record or key within the file. */
  place?: string
  /** What to do about it. */
  advice?: string
  cause?: unknown
}

/**
 * A fault with an explanation for the person who can mend it. The message says what was expected and what was found; the
 * other members say where. `exitCode` is the process's, should the fault end it: 2 for what the caller asked, 1 for what the
 * data or the machine did.
 */
export class SluiceError extends Error {
  readonly exitCode: 1 | 2 = 1
  readonly stage: string | undefined
  readonly file: string | undefined
  readonly place: string | undefined
  readonly advice: string | undefined

  constructor(message: string, fault: Fault = {}) {
    super(message, fault.cause === undefined ? undefined : { cause: fault.cause })
    this.name = new.target.name
    this.stage = fault.stage
    this.file = fault.file
    this.place = fault.place
    this.advice = fault.advice
  }

  /** One line: `wiki: dump.xml: line 3: expected …, found …; do …`. */
  override toString(): string {
    const where = [this.stage, this.file, this.place].filter(part => part !== undefined).join(': ')
    return `${where ? `${where}: ` : ''}${this.message}${this.advice ? `; ${this.advice}` : ''}`
  }
}

/** The config or a command's arguments cannot be what was meant. */
export class ConfigError extends SluiceError {
  override readonly exitCode = 2
}

/** Two stages do not fit, or a column is missing or of another type. */
export class SchemaError extends SluiceError {
  override readonly exitCode = 2
}

/** The run folder or checkpoint is not in a state that allows what was asked. */
export class StateError extends SluiceError {
  override readonly exitCode = 2
}

/** The bytes are not what their format says. */
export class DataError extends SluiceError {}

/** The machine refused: a file missing, no permission, no space. */
export class StorageError extends SluiceError {}

/** Training cannot go on: a loss or gradient that is not a number. */
export class TrainingError extends SluiceError {}
