import type { Unit } from './figure'
import type { Spread } from './statistics'

/** Digits that mean something: `1205`, `61.4`, `4.25`, `0.086`. */
export function numberText(value: number, unit?: Unit): string {
  if (Number.isInteger(value) || value >= 100) return value.toFixed(0)
  if (unit === 'KB') return value.toFixed(1)
  if (value >= 10) return value.toFixed(1)
  return value >= 0.1 ? value.toFixed(2) : value.toFixed(3)
}

/** `0.23`; below a hundredth with one digit more, so that it is not none. */
export function ratioText(value: number): string {
  return value < 0.01 ? value.toFixed(3) : value.toFixed(2)
}

/** `4.3 ms (4.1 to 5.0)`; one number where all rounds gave the same. */
export function spreadText({ median, min, max }: Spread, unit: Unit): string {
  const [from, middle, to] = [min, median, max].map((value) => numberText(value, unit))
  return from === to ? `${middle} ${unit}` : `${middle} ${unit} (${from} to ${to})`
}
