import { whole } from '@sluice/recipe/show'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

export interface ChoiceProps<T extends string> {
  readonly name: string
  readonly value: T
  readonly options: readonly (readonly [value: NoInfer<T>, label: string])[]
  readonly onChange: (value: NoInfer<T>) => void
}

/** One of a few, all of them in sight. */
export function Choice<T extends string>({ name, value, options, onChange }: ChoiceProps<T>) {
  const id = useId()
  return (
    <fieldset class="choice">
      <legend class="hidden">{name}</legend>
      {options.map(([option, label]) => (
        <label key={option} class={option === value ? 'on' : ''}>
          <input type="radio" name={id} checked={option === value} onChange={() => onChange(option)} />
          {label}
        </label>
      ))}
    </fieldset>
  )
}

export interface FieldProps {
  readonly label: string
  readonly children: (id: string) => ComponentChildren
}

/** A control with its name above it. */
export function Field({ label, children }: FieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id)}
    </div>
  )
}

export interface SliderProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step?: number
  /** How the value is written. */
  readonly format?: (value: number) => string
  onChange(value: number): void
}

export function Slider({ label, value, min, max, step = 1, format = String, onChange }: SliderProps) {
  return (
    <Field label={label}>
      {id => (
        <div class="slider">
          <input
            id={id}
            type="range"
            min={min}
            max={max}
            step={step}
            value={value}
            aria-valuetext={format(value)}
            onInput={event => onChange(Number(event.currentTarget.value))}
          />
          <output for={id}>{format(value)}</output>
        </div>
      )}
    </Field>
  )
}

export interface StepSliderProps {
  /** Kept snapshots, rising. */
  readonly steps: readonly number[]
  /** Undefined: the latest. */
  readonly value: number | undefined
  onChange(step: number): void
}

/** Goes through the run's kept snapshots: 0 is the random beginning. */
export function StepSlider({ steps, value, onChange }: StepSliderProps) {
  if (steps.length === 0) return null
  const place = value === undefined ? steps.length - 1 : Math.max(0, steps.indexOf(value))
  return (
    <Slider
      label="After step"
      value={place}
      min={0}
      max={steps.length - 1}
      format={i => (steps[i] === 0 ? '0, random' : whole(steps[i] ?? 0))}
      onChange={i => onChange(steps[i]!)}
    />
  )
}

export interface TextBoxProps {
  readonly label: string
  readonly value: string
  readonly rows?: number
  /** A line under it. */
  readonly hint?: string
  onInput(value: string): void
}

/** Characters that a box holds: browsers take minutes to lay out a word of a megabyte, and no view shows as much. */
const mostText = 1 << 16

/** Text to be typed or pasted; what is more than it holds is cut, and that is said. */
export function TextBox({ label, value, rows = 3, hint, onInput }: TextBoxProps) {
  return (
    <Field label={label}>
      {id => (
        <>
          <textarea
            id={id}
            rows={rows}
            dir="auto"
            spellcheck={false}
            maxLength={mostText}
            value={value}
            onInput={event => onInput(event.currentTarget.value)}
          />
          {hint && <small>{hint}</small>}
          {value.length >= mostText && (
            <small role="status">
              The box is full: it holds {whole(mostText)} characters, and what comes after them is cut off. For longer
              texts: pipeline inspect tokens.
            </small>
          )}
        </>
      )}
    </Field>
  )
}
