export default { navigationBarTitleText: '上传' }
