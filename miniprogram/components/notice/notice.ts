/** An empty list or a failure: what it is, what to do, and a button for that. */
Component({
  properties: {
    icon: String,
    title: String,
    text: String,
    /** COS's error code, small. */
    code: String,
    /** Text of the button; empty for none. */
    action: String,
    isProblem: Boolean,
  },
  methods: {
    onAction() {
      this.triggerEvent('action')
    },
  },
})
