/** A line icon in the colour of the text around it. */
Component({
  properties: {
    /** One of the classes in icon.wxss. */
    name: String,
    /** rpx */
    size: { type: Number, value: 40 },
  },
})
