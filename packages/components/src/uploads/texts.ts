import type { UploadState } from './upload'

/** Texts of `<cos-uploader>`, for its property `texts`. `{n}`, `{name}` and `{limit}` are filled in. */
export interface UploaderTexts {
  chooseMedia: string
  chooseImage: string
  chooseVideo: string
  chooseFile: string
  states: Record<UploadState, string>
  pause: string
  resume: string
  retry: string
  cancel: string
  remove: string
  move: string
  interruptedOne: string
  interruptedMany: string
  interruptedText: string
  resumeAll: string
  clearDone: string
  tooMany: string
  tooLarge: string
  /** Below the buttons; the parts that apply are joined. */
  maxHint: string
  sizeHint: string
}

export const en: UploaderTexts = {
  chooseMedia: 'Photos, videos',
  chooseImage: 'Photos',
  chooseVideo: 'Videos',
  chooseFile: 'Chat files',
  states: {
    preparing: 'Preparing',
    waiting: 'Waiting',
    checking: 'Preparing',
    uploading: 'Uploading',
    offline: 'Waiting for the network',
    paused: 'Paused',
    success: 'Done',
    error: 'Failed',
    canceled: 'Cancelled',
    interrupted: 'Interrupted',
    lost: 'No longer on this phone: choose it again',
  },
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Try again',
  cancel: 'Cancel',
  remove: 'Remove',
  move: 'Move',
  interruptedOne: '1 upload was interrupted',
  interruptedMany: '{n} uploads were interrupted',
  interruptedText: 'Uploaded parts are kept; you can resume.',
  resumeAll: 'Resume all',
  clearDone: 'Clear finished',
  tooMany: 'Up to {n} files',
  tooLarge: '{name} is larger than {limit}',
  maxHint: 'up to {n} files',
  sizeHint: '{limit} each',
}

export const zh: UploaderTexts = {
  chooseMedia: '照片和视频',
  chooseImage: '照片',
  chooseVideo: '视频',
  chooseFile: '聊天文件',
  states: {
    preparing: '处理中',
    waiting: '等待中',
    checking: '准备中',
    uploading: '上传中',
    offline: '等待网络',
    paused: '已暂停',
    success: '已完成',
    error: '失败',
    canceled: '已取消',
    interrupted: '已中断',
    lost: '文件已不在手机上，请重新选择',
  },
  pause: '暂停',
  resume: '继续',
  retry: '重试',
  cancel: '取消',
  remove: '移除',
  move: '移动',
  interruptedOne: '上次有 1 个上传未完成',
  interruptedMany: '上次有 {n} 个上传未完成',
  interruptedText: '已传的部分仍在，可以接着传。',
  resumeAll: '全部继续',
  clearDone: '清除已完成',
  tooMany: '最多 {n} 个文件',
  tooLarge: '{name} 超过 {limit}',
  maxHint: '最多 {n} 个文件',
  sizeHint: '每个不超过 {limit}',
}
