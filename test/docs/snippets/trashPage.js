const COS = require('miniprogram-cos')
const cos = COS.cloud()

/** Deletes a file. What it returns undoes that. */
async function remove(Key) {
  const { TrashId } = await cos.deleteObject({ Key })
  return () => cos.restore({ Key, TrashId })
}

/** What a page "Recently deleted" shows: the name, and how many days are left. */
async function recentlyDeleted() {
  const { Contents } = await cos.listTrash()
  return Contents.map(({ Key, TrashId, Expires }) => ({
    Key,
    TrashId,
    days: Math.ceil((new Date(Expires) - Date.now()) / 86_400_000),
  }))
}

/** Restores a file. Where a new one has its name, the user decides. */
async function restore({ Key, TrashId }, askToReplace) {
  try {
    await cos.restore({ Key, TrashId })
  } catch (error) {
    if (error.code !== 'KitTrashConflict' || !(await askToReplace())) throw error
    // The new one goes into the trash.
    await cos.restore({ Key, TrashId, Overwrite: true })
  }
}

module.exports = { remove, recentlyDeleted, restore }
