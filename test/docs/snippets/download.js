const COS = require('miniprogram-cos')

const cos = COS.cloud()

/** Downloads an object; `control` pauses, resumes and cancels it. */
function download({ Key, FilePath, onProgress }) {
  let id
  const done = cos.downloadFile({
    Key,
    FilePath,
    onProgress,
    onTaskReady: (taskId) => {
      id = taskId
    },
  })
  const control = {
    pause: () => cos.pauseTask(id),
    resume: () => cos.restartTask(id),
    cancel: () => cos.cancelTask(id),
  }
  return { done, control }
}

module.exports = { download, cos }
