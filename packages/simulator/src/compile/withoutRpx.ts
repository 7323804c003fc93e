/** WeChat's unit, a 750th of the screen's width, as CSS of the browser. */
export function withoutRpx(css: string): string {
  return css.replace(
    /(^|[^\w.-])(-?\d*\.?\d+)rpx\b/g,
    (_, before: string, number: string) => `${before}calc(${number} * var(--rpx))`,
  )
}
