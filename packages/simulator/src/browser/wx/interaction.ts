import { type CallbackOptions, callBackOrPromise } from '../../callbacks'
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

type Given<T> = T & CallbackOptions

/** `wx` calls that show something above the page. */
export const interaction = {
  showToast: (options: Given<Parameters<typeof showToast>[0]>) =>
    callBackOrPromise(options, () => done(() => showToast(options)), 'showToast'),
  hideToast: (options: CallbackOptions = {}) =>
    callBackOrPromise(options, () => done(hideToast), 'hideToast'),
  showLoading: (options: Given<{ title: string }>) =>
    callBackOrPromise(
      options,
      () =>
        done(() =>
          showToast({ title: options.title, icon: 'loading', duration: Number.POSITIVE_INFINITY }),
        ),
      'showLoading',
    ),
  hideLoading: (options: CallbackOptions = {}) =>
    callBackOrPromise(options, () => done(hideToast), 'hideLoading'),
  showModal: (options: Given<ModalOptions>) =>
    callBackOrPromise(options, () => showModal(options, isChinese), 'showModal'),
  showActionSheet: (options: Given<Parameters<typeof showActionSheet>[0]>) =>
    callBackOrPromise(options, () => showActionSheet(options, isChinese), 'showActionSheet'),
  previewImage: (options: Given<{ urls: string[]; current?: string }>) =>
    callBackOrPromise(
      options,
      async () => {
        await previewMedia(options.current ?? options.urls[0] ?? '', 'image')
        return {}
      },
      'previewImage',
    ),
  previewMedia: (
    options: Given<{ sources: { url: string; type?: 'image' | 'video' }[]; current?: number }>,
  ) =>
    callBackOrPromise(
      options,
      async () => {
        const source = options.sources[options.current ?? 0]
        if (source) await previewMedia(source.url, source.type ?? 'image')
        return {}
      },
      'previewMedia',
    ),
  vibrateShort: (options: CallbackOptions = {}) =>
    callBackOrPromise(options, () => ({}), 'vibrateShort'),
}

function done(run: () => void): object {
  run()
  return {}
}
