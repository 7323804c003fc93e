/** Moves one row of a list with a finger: heights are measured when it is lifted. */
export class Drag {
  private _startY: number
  private readonly _heights: number[]
  /** Where the row is now. */
  index: number
  /** Pixels from its place. */
  offset = 0

  constructor(index: number, startY: number, heights: number[]) {
    this.index = index
    this._startY = startY
    this._heights = heights
  }

  /** @returns whether the row has changed places: it is at `index` now */
  move(y: number): boolean {
    const { index, _heights: heights } = this
    this.offset = y - this._startY
    const neighbour = this.offset > 0 ? index + 1 : index - 1
    const height = heights[neighbour]
    if (height === undefined || Math.abs(this.offset) < height / 2) return false
    const shift = neighbour > index ? height : -height
    this._startY += shift
    this.offset -= shift
    heights[neighbour] = heights[index] as number
    heights[index] = height
    this.index = neighbour
    return true
  }
}
