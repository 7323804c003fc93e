import { splitName } from '../file'

/** A file or a folder: part of `<cos-file-list>`, and for lists of an app's own. */
Component({
  properties: {
    name: String,
    /** Size and time. */
    meta: String,
    /** `folder`, or a file's kind: the icon. */
    kind: String,
    /** Address of a small picture; empty shows the icon. */
    thumbnail: String,
    isSelecting: Boolean,
    isSelected: Boolean,
  },
  data: { head: '', tail: '', thumb: '' },
  observers: {
    name(name: string) {
      this.setData(splitName(name))
    },
    thumbnail(thumb: string) {
      this.setData({ thumb })
    },
  },
  methods: {
    onPictureError() {
      this.setData({ thumb: '' })
    },
  },
})
