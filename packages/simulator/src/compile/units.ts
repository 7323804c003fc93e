/**
 * WeChat's units in the browser's: `rpx` is a 750th of the screen's width, and a page's `vh` and `vw` are of the
 * area between the bars, not of the window. Files of the app are served below `/app/`.
 */
export function browserUnits(css: string): string {
  return css
    .replace(
      /(^|[^\w.-])(-?\d*\.?\d+)rpx\b/gi,
      (_, before: string, number: string) => `${before}calc(${number} * var(--rpx))`,
    )
    .replace(/(^|[^\w.-])(-?\d*\.?\d+)v([hw])\b/g, '$1$2cq$3')
    .replace(/url\((["']?)\/(?!\/)/g, 'url($1/app/')
}
