/** A file or a folder in a list. */
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
    isLast: Boolean,
  },
})
