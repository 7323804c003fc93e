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

export const en: FileListTexts = {
  root: 'My files',
  select: 'Select',
  all: 'All',
  done: 'Done',
  selected: '{n} selected',
  remove: 'Delete',
  removeTitle: 'Delete?',
  removeText: '{n} selected. This cannot be undone.',
  removed: 'Deleted',
  notRemoved: '{n} could not be deleted',
  emptyTitle: 'Nothing here yet',
  emptyText: '',
  failedTitle: 'Something went wrong',
  retry: 'Try again',
  loading: 'Loading…',
  noMore: 'No more files',
}

export const zh: FileListTexts = {
  root: '我的文件',
  select: '选择',
  all: '全选',
  done: '完成',
  selected: '已选 {n} 项',
  remove: '删除',
  removeTitle: '确认删除？',
  removeText: '将删除所选的 {n} 项，无法恢复。',
  removed: '已删除',
  notRemoved: '{n} 项未能删除',
  emptyTitle: '这里还没有文件',
  emptyText: '',
  failedTitle: '操作失败',
  retry: '重试',
  loading: '加载中…',
  noMore: '没有更多了',
}
