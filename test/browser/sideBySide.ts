import type { BrowserContext } from 'playwright-core'

/** Screenshots in one picture. */
export async function sideBySide(
  context: BrowserContext,
  shots: Buffer[],
  { width, height }: { width: number; height: number },
): Promise<Buffer> {
  const page = await context.newPage()
  const gap = 20
  await page.setViewportSize({
    width: shots.length * (width + gap) + gap,
    height: height + 2 * gap,
  })
  const images = shots.map((shot) => `<img src="data:image/png;base64,${shot.toString('base64')}">`)
  await page.setContent(
    `<style>body{display:flex;gap:${gap}px;margin:${gap}px;background:#c9ced8}img{width:${width}px;border-radius:24px}</style>${images.join('')}`,
  )
  const picture = await page.screenshot()
  await page.close()
  return picture
}
