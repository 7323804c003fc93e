import type { Bilingual } from '../locale'

/** Texts of `<cos-file-list>`, for its property `texts`. `{n}` is filled in. */
export interface FileListTexts {
  root: string
  select: string
  all: string
  done: string
  selected: string
  remove: string
  removeTitle: string
  removeText: string
  removed: string
  notRemoved: string
  emptyTitle: string
  emptyText: string
  failedTitle: string
  retry: string
  loading: string
  noMore: string
}

export const FILE_LIST_TEXTS: Bilingual<FileListTexts> = {
  root: ['我的文件', 'My files'],
  select: ['选择', 'Select'],
  all: ['全选', 'All'],
  done: ['完成', 'Done'],
  selected: ['已选 {n} 项', '{n} selected'],
  remove: ['删除', 'Delete'],
  removeTitle: ['确认删除？', 'Delete?'],
  removeText: ['将删除所选的 {n} 项，无法恢复。', '{n} selected. This cannot be undone.'],
  removed: ['已删除', 'Deleted'],
  notRemoved: ['{n} 项未能删除', '{n} could not be deleted'],
  emptyTitle: ['这里还没有文件', 'Nothing here yet'],
  emptyText: ['', ''],
  failedTitle: ['操作失败', 'Something went wrong'],
  retry: ['重试', 'Try again'],
  loading: ['加载中…', 'Loading…'],
  noMore: ['没有更多了', 'No more files'],
}
