/** Built-in elements whose names have a hyphen, and so look like components. */
const HYPHENATED = new Set([
  'checkbox-group',
  'cover-image',
  'cover-view',
  'movable-area',
  'movable-view',
  'match-media',
  'picker-view',
  'picker-view-column',
  'radio-group',
  'rich-text',
  'root-portal',
  'scroll-view',
  'share-element',
  'swiper-item',
  'web-view',
  'page-container',
  'page-meta',
])

/** The custom element that stands for a tag of a template. Components keep their own names. */
export function tagOf(tag: string): string {
  const isBuiltIn = !tag.includes('-') || HYPHENATED.has(tag)
  return isBuiltIn ? `wx-${tag}` : tag
}
