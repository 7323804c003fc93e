const COS = require('miniprogram-cos')

const cos = COS.cloud({ ChunkParallelLimit: 'auto' })

/** Starts an upload or a download that can be paused, resumed and cancelled. */
function start(method, params) {
  let id
  const done = cos[method]({
    ...params,
    onTaskReady: (taskId) => {
      id = taskId
    },
  })
  return {
    done,
    pause: () => cos.pauseTask(id),
    resume: () => cos.restartTask(id),
    cancel: () => cos.cancelTask(id),
  }
}

/** @param params Key, FilePath, onProgress */
const upload = (params) => start('uploadFile', params)
const download = (params) => start('downloadFile', params)

module.exports = { upload, download, cos }
