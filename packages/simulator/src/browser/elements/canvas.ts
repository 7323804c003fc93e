import { phoneFiles, resolveSrc } from '../wx/files'
import { findById, shadowAround, WxElement } from './base'

/** `<canvas>`: with `type="2d"` or `webgl` the browser's own, else the older one of `wx.createCanvasContext`. */
export class WxCanvas extends WxElement {
  readonly canvas = shadowAround(
    this,
    'canvas',
    ':host{position:relative;display:block;width:300px;height:150px}' +
      'canvas{width:100%;height:100%;display:block}',
  )

  override connectedCallback(): void {
    if (this.text('type') === '') this.#fitToElement()
  }

  /** The older interface draws in CSS pixels of the element. */
  #fitToElement(): void {
    requestAnimationFrame(() => {
      if (this.offsetWidth === 0) return
      this.canvas.width = this.offsetWidth
      this.canvas.height = this.offsetHeight
    })
  }
}

/** A canvas as `SelectorQuery.node()` gives it: the browser's, and WeChat's additions. */
export function canvasNode(canvas: HTMLCanvasElement): object {
  return Object.assign(canvas, {
    createImage: () => appImage(),
    createPath2D: (path?: Path2D) => new Path2D(path),
    createImageData: (width: number, height: number) => new ImageData(width, height),
    requestAnimationFrame: (run: FrameRequestCallback) => window.requestAnimationFrame(run),
    cancelAnimationFrame: (id: number) => window.cancelAnimationFrame(id),
  })
}

/** An image whose `src` is a path of the app or of the phone. */
export function appImage(): HTMLImageElement {
  const image = new Image()
  const { set } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src') ?? {}
  Object.defineProperty(image, 'src', {
    set: (src: string) => void resolveSrc(src).then((address) => set?.call(image, address)),
    get: () => image.currentSrc,
  })
  return image
}

/** Finds a canvas of the visible page by its `canvas-id`, or by its id. */
export function findCanvas(id: string): HTMLCanvasElement | undefined {
  return findById<WxCanvas>('wx-canvas', id, 'canvas-id')?.canvas
}

type Command = (context: CanvasRenderingContext2D) => void

/** Setters of the older context, and the property each sets. */
const SETTERS: Record<string, string> = {
  setFillStyle: 'fillStyle',
  setStrokeStyle: 'strokeStyle',
  setLineWidth: 'lineWidth',
  setLineCap: 'lineCap',
  setLineJoin: 'lineJoin',
  setMiterLimit: 'miterLimit',
  setGlobalAlpha: 'globalAlpha',
  setTextAlign: 'textAlign',
}

const METHODS =
  'fillRect strokeRect clearRect beginPath closePath moveTo lineTo arc arcTo rect fill stroke clip save restore ' +
  'translate rotate scale transform setTransform quadraticCurveTo bezierCurveTo fillText strokeText setLineDash'

/**
 * `wx.createCanvasContext`: records commands until `draw` executes them.
 * @param canvasId of a canvas of the visible page
 */
export function createCanvasContext(canvasId: string): object {
  let commands: (Command | Promise<Command>)[] = []
  const record = (command: Command | Promise<Command>) => void commands.push(command)
  const scratch = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D
  const target: Record<string, unknown> = {
    createLinearGradient: (...at: [number, number, number, number]) =>
      scratch.createLinearGradient(...at),
    createCircularGradient: (x: number, y: number, r: number) =>
      scratch.createRadialGradient(x, y, 0, x, y, r),
    measureText: (text: string) => scratch.measureText(text),
    setFontSize: (size: number) => {
      scratch.font = `${size}px sans-serif`
      record((context) => {
        context.font = `${size}px sans-serif`
      })
    },
    setTextBaseline: (value: string) =>
      record((context) => {
        context.textBaseline = (value === 'normal' ? 'alphabetic' : value) as CanvasTextBaseline
      }),
    setShadow: (x: number, y: number, blur: number, colour: string) =>
      record((context) => {
        Object.assign(context, {
          shadowOffsetX: x,
          shadowOffsetY: y,
          shadowBlur: blur,
          shadowColor: colour,
        })
      }),
    drawImage: (src: string, ...at: number[]) => record(drawImage(src, at)),
    getActions() {
      const actions = commands
      commands = []
      return actions
    },
    async draw(isReserved: boolean | (() => void) = false, done?: () => void) {
      const actions = commands
      commands = []
      await drawCanvas({ canvasId, actions, reserve: isReserved === true })
      ;(typeof isReserved === 'function' ? isReserved : done)?.()
    },
  }
  for (const [setter, property] of Object.entries(SETTERS)) {
    target[setter] = (value: unknown) =>
      record((context) => {
        Object.assign(context, { [property]: value })
      })
  }
  for (const method of METHODS.split(' ')) {
    target[method] = (...given: unknown[]) =>
      record((context) => {
        const run = context[method as 'fill'] as (...given: unknown[]) => void
        run.apply(context, given)
      })
  }
  // Since 1.9.90 the properties of the browser's context exist too.
  return new Proxy(target, {
    set(_, property, value) {
      // Also set at once, for `measureText`.
      if (property === 'font') scratch.font = value
      record((context) => {
        Object.assign(context, { [property]: value })
      })
      return true
    },
  })
}

/** Executes recorded commands: `wx.drawCanvas`, and `draw` of the context. */
export async function drawCanvas({
  canvasId,
  actions,
  reserve = false,
}: {
  canvasId: string
  actions: (Command | Promise<Command>)[]
  reserve?: boolean
}): Promise<void> {
  const context = findCanvas(canvasId)?.getContext('2d')
  if (!context) return
  if (!reserve) context.clearRect(0, 0, context.canvas.width, context.canvas.height)
  for (const command of actions) (await command)(context)
}

async function drawImage(src: string, at: number[]): Promise<Command> {
  const image = new Image()
  image.src = await resolveSrc(src)
  await image.decode().catch(() => {})
  return (context) => {
    if (image.naturalWidth === 0) return
    ;(context.drawImage as (image: HTMLImageElement, ...at: number[]) => void)(image, ...at)
  }
}

export interface CanvasToFileOptions {
  canvasId?: string
  canvas?: HTMLCanvasElement
  x?: number
  y?: number
  width?: number
  height?: number
  destWidth?: number
  destHeight?: number
  fileType?: 'png' | 'jpg'
  quality?: number
}

/** `wx.canvasToTempFilePath`. @returns the path; undefined if there is no such canvas */
export async function canvasToTempFile(options: CanvasToFileOptions): Promise<string | undefined> {
  const source = options.canvas ?? findCanvas(options.canvasId ?? '')
  if (!source) return undefined
  const { x = 0, y = 0, width = source.width, height = source.height } = options
  const copy = document.createElement('canvas')
  copy.width = options.destWidth ?? width
  copy.height = options.destHeight ?? height
  copy.getContext('2d')?.drawImage(source, x, y, width, height, 0, 0, copy.width, copy.height)
  const type = options.fileType === 'jpg' ? 'image/jpeg' : 'image/png'
  const blob = await new Promise<Blob | null>((resolve) => {
    copy.toBlob(resolve, type, options.quality ?? 1)
  })
  return blob ? phoneFiles.add(blob, `canvas.${options.fileType ?? 'png'}`) : undefined
}
