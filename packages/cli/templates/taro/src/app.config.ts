export default { pages: ['pages/index/index'], window: { navigationBarTitleText: '上传' } }
