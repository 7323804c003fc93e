const COS = require('miniprogram-cos')

const cos = COS.cloud({ ChunkParallelLimit: 'auto' })

/** Uploads one large file; `control` pauses, resumes and cancels it. */
function uploadLarge({ Key, FilePath, onProgress }) {
  let id
  const done = cos.uploadFile({
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

module.exports = { uploadLarge, cos }
