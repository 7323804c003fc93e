import { addressOf } from '../files/addressOf'
import { showLayer } from './layer'

/** wx.previewImage and wx.previewMedia: the whole screen, a tap closes it. */
export async function previewMedia(url: string, type: 'image' | 'video'): Promise<void> {
  const { element, close } = showLayer('preview')
  const shown = document.createElement(type === 'video' ? 'video' : 'img')
  shown.src = await addressOf(url)
  if (shown instanceof HTMLVideoElement) shown.controls = true
  element.append(shown)
  element.addEventListener('click', close)
}
