import { api } from '../../callbacks'
import {
  hideToast,
  type ModalOptions,
  previewMedia,
  showActionSheet,
  showModal,
  showToast,
} from '../overlays'
import { settings } from '../settings'

const isChinese = settings.language.startsWith('zh')

/** `wx` calls that show something above the page. */
export const interactionApi = {
  showToast: api('showToast', showToast),
  hideToast: api('hideToast', hideToast),
  showLoading: api<{ title?: string }>('showLoading', ({ title = '' }) =>
    showToast({ title, icon: 'loading', duration: Number.POSITIVE_INFINITY }),
  ),
  hideLoading: api('hideLoading', hideToast),
  showModal: api<ModalOptions>('showModal', (options) => showModal(options, isChinese)),
  showActionSheet: api<Parameters<typeof showActionSheet>[0]>('showActionSheet', (options) =>
    showActionSheet(options, isChinese),
  ),
  previewImage: api<{ urls: string[]; current?: string | number }>(
    'previewImage',
    ({ urls, current = 0 }) => {
      const url = typeof current === 'number' ? urls[current] : current
      return previewMedia(url ?? urls[0] ?? '', 'image')
    },
  ),
  previewMedia: api<{ sources: { url: string; type?: 'image' | 'video' }[]; current?: number }>(
    'previewMedia',
    async ({ sources, current = 0 }) => {
      const source = sources[current]
      if (source) await previewMedia(source.url, source.type ?? 'image')
    },
  ),
  enableAlertBeforeUnload: api('enableAlertBeforeUnload', () => {}),
  disableAlertBeforeUnload: api('disableAlertBeforeUnload', () => {}),
}
