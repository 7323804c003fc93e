import type { Texts } from '../locale'

/** Texts of `<cos-uploader>`, for its property `texts`. `{n}`, `{name}` and `{limit}` are filled in. */
export const UPLOADER_TEXTS = {
  chooseMedia: ['照片和视频', 'Photos, videos'],
  chooseImage: ['照片', 'Photos'],
  chooseVideo: ['视频', 'Videos'],
  chooseFile: ['聊天文件', 'Chat files'],
  states: {
    preparing: ['处理中', 'Preparing'],
    waiting: ['等待中', 'Waiting'],
    checking: ['准备中', 'Preparing'],
    uploading: ['上传中', 'Uploading'],
    offline: ['等待网络', 'No network'],
    paused: ['已暂停', 'Paused'],
    success: ['已完成', 'Done'],
    error: ['失败', 'Failed'],
    canceled: ['已取消', 'Cancelled'],
    interrupted: ['已中断', 'Interrupted'],
    lost: ['文件已不在手机上，请重新选择', 'No longer on this phone: choose it again'],
  },
  pause: ['暂停', 'Pause'],
  resume: ['继续', 'Resume'],
  retry: ['重试', 'Try again'],
  cancel: ['取消', 'Cancel'],
  remove: ['移除', 'Remove'],
  move: ['移动', 'Move'],
  interruptedOne: ['上次有 1 个上传未完成', '1 upload was interrupted'],
  interruptedMany: ['上次有 {n} 个上传未完成', '{n} uploads were interrupted'],
  interruptedText: ['已传的部分仍在，可以接着传。', 'Uploaded parts are kept; you can resume.'],
  resumeAll: ['全部继续', 'Resume all'],
  clearDone: ['清除已完成', 'Clear finished'],
  tooMany: ['最多 {n} 个文件', 'Up to {n} files'],
  tooLarge: ['{name} 超过 {limit}', '{name} is larger than {limit}'],
  // Below the buttons; the parts that apply are joined.
  maxHint: ['最多 {n} 个文件', 'up to {n} files'],
  sizeHint: ['每个不超过 {limit}', '{limit} each'],
}

export type UploaderTexts = Texts<typeof UPLOADER_TEXTS>
