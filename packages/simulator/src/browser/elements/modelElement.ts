/** Elements that tell when their user has changed a value, for `model:value`. */
export interface ModelElement {
  __model?: Record<string, ((value: unknown) => void) | null>
}
